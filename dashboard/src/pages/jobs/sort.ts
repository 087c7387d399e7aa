import type { JobSummary } from "../../../../sdk/src/index.ts";
import { durationOf, latenessOf } from "../../job/states.ts";

type Key = (job: JobSummary, now: number) => number | string | undefined;

const keys: Record<string, Key> = {
  status: (job) => job.status,
  event: (job) => job.event,
  where: (job) => `${job.product_tag} ${job.env}`,
  planned: (job) => job.scheduled_at,
  started: (job) => job.started_at,
  lateness: latenessOf,
  attempts: (job) => job.attempt,
  duration: durationOf,
  next: (job) => job.next_run_at,
};

/** Whether the API sorts so itself. It sorts by time only; everything else is sorted here, among the rows that are loaded. */
export const isByTime = (sort: string): boolean => sort === "time" || sort === "-time";

export const canSort = (column: string): boolean => column in keys;

/** Sorts by a column, `-` in front for the largest first. Jobs without the value come last, and equal ones stay in order. */
export function sorted(ids: string[], byId: ReadonlyMap<string, JobSummary>, sort: string, now: number): string[] {
  const descending = sort.startsWith("-");
  const column = descending ? sort.slice(1) : sort;
  const key = Object.hasOwn(keys, column) ? keys[column] : undefined;
  if (isByTime(sort) || !key) return ids;
  const withKeys = ids.map((id) => {
    const job = byId.get(id);
    return { id, value: job && key(job, now) };
  });
  return withKeys.sort((a, b) => compared(a.value, b.value, descending)).map(({ id }) => id);
}

function compared(a: number | string | undefined, b: number | string | undefined, descending: boolean): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const order = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}

/** What a click on a column's head sorts by next. `-time` is the list's own order. */
export function nextSort(current: string, column: string): string {
  if (current === `-${column}`) return column;
  return current === column ? "-time" : `-${column}`;
}
