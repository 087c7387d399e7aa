import { strict } from "../core/kernel/schema.ts";
import { parseQuery, YesOrNo } from "./parse-query.ts";

/** The query of a change that can be asked for without being made. */
export const DryRunQuery = strict({
  dry_run: YesOrNo.optional().describe(
    "Changes nothing, and answers what the same request without it would: its result, or why it is refused. Default: false.",
  ),
});

/** Whether a request asks what it would do. Throws INVALID_REQUEST. */
export const isDryRun = (query: Record<string, string>): boolean => parseQuery(DryRunQuery, query).dry_run ?? false;
