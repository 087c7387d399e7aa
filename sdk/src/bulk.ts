import type { BulkPage, JobSummary } from "./answers.ts";
import { expectFields } from "./expect-fields.ts";
import { withNames } from "./job-names.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

/** The outcome of a bulk change. */
export interface BulkResult extends Omit<BulkPage, "next_cursor" | "examined" | "looked_back_to"> {
  /** `succeeded` by the name it has in Ductape. */
  count: number;
}

export type BulkAction = "cancel" | "pause" | "resume" | "retry" | "delete";

interface BulkOptions {
  reason?: string | undefined;
  dry_run?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** Changes every job that matches the filter, one page per request. */
export async function changeMany(
  transport: Transport,
  action: BulkAction,
  filter: object,
  { reason, dry_run, signal }: BulkOptions = {},
): Promise<BulkResult> {
  const total: BulkResult = { matched: 0, succeeded: 0, failed: 0, errors: [], count: 0 };
  const wouldChange: JobSummary[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = expectFields<BulkPage>(
      await transport.call({
        method: "POST",
        path: `/v1/jobs/bulk${queryString({ dry_run })}`,
        body: written({ action, filter, reason, cursor }),
        signal,
        // A changed job does not match the filter again, except that a job that was retried may have failed again.
        repeatable: action !== "retry" || dry_run === true,
      }),
      "matched",
      "errors",
    );
    total.matched += page.matched;
    total.succeeded += page.succeeded;
    total.count += page.succeeded;
    total.failed += page.failed;
    total.errors.push(...page.errors);
    wouldChange.push(...(page.would_change ?? []).map(withNames));
    cursor = page.next_cursor;
  }
  return dry_run ? { ...total, would_change: wouldChange } : total;
}
