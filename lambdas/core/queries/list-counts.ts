import { isFinished, type Job } from "../job/job.ts";
import { childIdOf, type ItemCounts, isList, isPaged, type ListJob, progressInline } from "../job/list.ts";
import type { JobStore } from "../ports/job-store.ts";

/** How far the items of a list have come, as far as its item says so. */
export const countsIn = (list: ListJob): ItemCounts =>
  progressInline(list)?.for_each ?? { items: list.list.items, done: 0, failed: 0, open: 0 };

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

/** The same as of now: a list looks at its pages only now and then, and each of them at each end of an item. */
export async function currentCounts(
  { jobs }: { jobs: Pick<JobStore, "getMany"> },
  job: Job,
): Promise<{ for_each?: ItemCounts }> {
  if (!isList(job)) return {};
  const state = progressInline(job)?.list;
  if (!state || !isPaged(job.list) || isFinished(job)) return { for_each: countsIn(job) };
  // Those of which no undo could be made are among the items, and not in the list.
  const { items } = countsIn(job);
  const unmade = items - job.list.items;
  const for_each: ItemCounts = { items, done: state.done, failed: state.failed + unmade, open: 0 };
  const ids = state.open.slice(0, mostAtOnce).map((child) => childIdOf(job, child));
  for (const page of await jobs.getMany(ids)) {
    const { done, failed, open } = isList(page) ? countsIn(page) : { done: 0, failed: 0, open: 0 };
    for_each.done += done;
    for_each.failed += failed;
    for_each.open += open;
  }
  return { for_each };
}
