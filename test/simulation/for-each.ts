import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { cancel, changeJob } from "../../lambdas/core/operations/change-job.ts";
import type { World } from "./adversary.ts";
import { isOfEarlierFeature } from "./feature-rules.ts";
import { nameOf } from "./ledger.ts";
import { canary } from "./observer.ts";
import { eachConcurrency, eachEvents, eachPageSize, undoneEvents } from "./product.ts";
import type { Random } from "./random.ts";
import { featureRequest, type Request } from "./requests.ts";
import type { System } from "./system.ts";

/** Runs with a step for each item: of none, of one page, and of several. Never are too many of their items open. */
export function listing(world: World, system: System, create: (request: Request) => Promise<void>, random: Random) {
  const { time, hardship } = world;
  for (let n = random.int(2, 4); n > 0; n--) {
    const many = random.pick([0, 1, eachPageSize, eachPageSize + 1, 2 * eachPageSize, 3 * eachPageSize + 2]);
    const lines = Array.from({ length: many }, (_, i) => ({ i, secret: canary }));
    const event = random.pick(eachEvents);
    time.after(random.int(0, 120_000), () => {
      void create(featureRequest(random, hardship, { event, input: { lines, secret: canary }, key: `each ${n}` }));
    });
  }
  // Among them runs whose items are undone: their last step may fail, and some are cancelled.
  for (let n = random.int(1, 2); n > 0; n--) {
    const lines = Array.from({ length: random.pick([1, eachPageSize + 1, 3 * eachPageSize]) }, (_, i) => ({ i }));
    const [event, startsIn] = [random.pick(undoneEvents), random.int(0, 120_000)];
    time.after(startsIn, () => {
      void create(featureRequest(random, hardship, { event, input: { lines, secret: canary }, key: `undone ${n}` }));
    });
    if (random.chance(0.5)) time.after(startsIn + random.int(0, 60_000), () => void cancelOne(system));
  }
  system.onWrite(({ after }) => {
    if (after?.parent) fewOpen(world, system, after);
  });
}

/** A person cancels a run whose items are undone, if one is open. */
async function cancelOne(system: System) {
  const open = system.jobs
    .all()
    .find((job) => (undoneEvents as readonly string[]).includes(job.event) && !isFinished(job));
  if (!open) return;
  const { services, end } = system.invoke("change", "cancel of items");
  try {
    await changeJob(services, open.id, cancel("by request"));
  } catch {
    // AWS has refused it, or the run has ended meanwhile.
  } finally {
    end(60);
  }
}

/** How many items of a list are open at a time, in all its pages. */
function fewOpen({ observer }: World, { jobs }: System, written: Job) {
  const parentOf = ({ parent }: Job) => (parent ? jobs.peek(parent.message.job_id) : undefined);
  const part = parentOf(written);
  if (written.list || !part?.list) return;
  // Items of an earlier attempt are about to be cancelled, and one that somebody retries by hand runs beside the others.
  const isCurrent = (job: Job): boolean => {
    const parent = parentOf(job);
    return (
      parent !== undefined &&
      !isFinished(parent) &&
      // One that was deleted leaves its items behind, and a retry gives its id to another.
      !isOfEarlierFeature(job, parent) &&
      job.parent?.message.attempt === parent.attempt &&
      (!parent.list || isCurrent(parent))
    );
  };
  const listOf = (job: Job): string | undefined => {
    const parent = parentOf(job);
    return parent?.parent?.share === undefined ? parent?.id : parentOf(parent)?.id;
  };
  const list = listOf(written);
  const open = jobs
    .all()
    .filter((job) => job.parent && !job.list && !isFinished(job) && listOf(job) === list && isCurrent(job));
  observer.most("most open items", open.length);
  const byHand = open.some((job) => job.retried_after !== undefined);
  if (open.length > eachConcurrency && !byHand)
    observer.violated("items", `${nameOf(written)} is one of ${open.length} items that are open at a time`);
}
