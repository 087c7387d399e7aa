import { isFinished } from "../job/job.ts";
import { childCountOf, childIdOf, childOf, isListProgress, type ListJob } from "../job/list.ts";
import { defined } from "../kernel/defined.ts";
import { loadIfThere } from "../operations/payload.ts";
import type { Services } from "../operations/services.ts";
import { type StepView, stepViewOf } from "./step-view.ts";

/** The limit of DynamoDB's BatchGetItem, and the most children that a list has. */
const mostAtOnce = 100;

/**
 * The states of what a list runs: its pages, each with its counts, or its items. So a step with thousands of items is shown folded: a list
 * has a hundred pages at most, and a page a hundred items.
 */
export async function listSteps(
  { jobs, blobs }: Pick<Services, "jobs" | "blobs">,
  job: ListJob,
  now: number,
): Promise<Record<string, StepView>> {
  const progress = job.progress && (await loadIfThere(blobs, job.progress));
  const state = isListProgress(progress) ? progress.list : undefined;
  const children = Array.from({ length: childCountOf(job.list) }, (_, child) => child);
  const ids = children.map((child) => childIdOf(job, child));
  const found = new Map<string, StepView>();
  for (let from = 0; from < (state?.next ?? 0); from += mostAtOnce)
    for (const child of await jobs.getMany(ids.slice(from, from + mostAtOnce)))
      found.set(child.id, stepViewOf(child, now));
  const without = (child: number): StepView => {
    const error = state?.faults?.[child];
    if (error) return { status: "failed", ...defined({ error }) };
    if (!state || child >= state.next || state.again.includes(child)) return { status: "not_started" };
    // Its job was deleted.
    return { status: state.open.includes(child) ? (isFinished(job) ? "cancelled" : "queued") : "completed" };
  };
  return Object.fromEntries(
    children.map((child) => [childOf(job.list, child).key, found.get(ids[child] ?? "") ?? without(child)]),
  );
}
