import { jobStatuses } from "../../../../lambdas/core/kernel/job-status.ts";
import type { Ductape, JobFilter, JobStatus } from "../../../../sdk/src/index.ts";
import { jobActions } from "../../job/actions.ts";

export type BulkId = "cancel" | "pause" | "resume" | "retry" | "delete";

/**
 * What a bulk change would touch: the jobs of the filter whose status allows it. Undefined if none can be. Pausing takes series only.
 */
export function bulkFilter(action: BulkId, filter: Partial<JobFilter>): Partial<JobFilter> | undefined {
  const rule = jobActions.find(({ bulk }) => bulk === action);
  const wanted = [filter.status ?? jobStatuses].flat() as JobStatus[];
  const status = wanted.filter((one) => rule?.allowed({ status: one, recurring: true }));
  if (status.length === 0) return undefined;
  if (action !== "pause") return { ...filter, status };
  return filter.recurring === false ? undefined : { ...filter, status, recurring: true };
}

/** What one most likely comes for, first: what repairs before what takes away. Pausing is for series only. */
const likely: readonly BulkId[] = ["retry", "resume", "pause", "cancel", "delete"];

/** The change that a bulk change of these jobs begins with: the first that some of them may allow. */
export const firstChange = (filter: Partial<JobFilter>): BulkId =>
  likely.find((id) => (id !== "pause" || filter.recurring === true) && bulkFilter(id, filter) !== undefined) ??
  "cancel";

/** Where counting stops: beyond it the exact number no longer helps a person decide. */
export const mostCounted = 10_000;

/** Counts the jobs of a filter by reading the list, since no one counts them in advance. It reports as it goes. */
export async function countJobs(
  { jobs }: Pick<Ductape, "jobs">,
  filter: Partial<JobFilter>,
  onCount: (count: number) => void,
  signal: AbortSignal,
): Promise<{ count: number; complete: boolean }> {
  let count = 0;
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    signal.throwIfAborted();
    const page = await jobs.list({ ...filter, limit: 100 } as Parameters<typeof jobs.list>[0], { signal }).page(cursor);
    count += page.jobs.length;
    cursor = page.next_cursor;
    onCount(count);
    if (count >= mostCounted && cursor !== undefined) return { count, complete: false };
  }
  return { count, complete: true };
}
