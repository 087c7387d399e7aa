import type { JobFilter } from "../../../../sdk/src/index.ts";
import { quoted } from "../../job/as-code.ts";
import type { BulkId } from "./bulk-filter.ts";

/** A bulk change as curl, which does one page per request, and as a call of the SDK, which does all. */
export const bulkAsCode = (
  action: BulkId,
  filter: Partial<JobFilter>,
  url: string,
): Record<"curl" | "SDK", string> => ({
  curl: `# Repeat with the answer's next_cursor as "cursor" until there is none.
curl -X POST ${url}/v1/jobs/bulk \\
  -H "Authorization: Bearer $DUCTAPE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d ${quoted(JSON.stringify({ action, filter }))}`,
  SDK: `await ductape.jobs.${action}Many(${JSON.stringify(filter, null, 2)});`,
});
