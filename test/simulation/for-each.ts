import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import type { World } from "./adversary.ts";
import { isOfEarlierFeature } from "./feature-rules.ts";
import { nameOf } from "./ledger.ts";
import { canary } from "./observer.ts";
import { eachConcurrency, eachEvents, eachPageSize } from "./product.ts";
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
  system.onWrite(({ after }) => {
    if (after?.parent) fewOpen(world, system, after);
  });
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
