import { hasCodeFeatures } from "../core/catalog/code-target.ts";
import type { Product } from "../core/catalog/job-type.ts";
import { fairGroupOf, type Job, jobMessageOf } from "../core/job/job.ts";
import { isParked } from "../core/job/transitions.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import type { RoundMemory } from "./memory.ts";

/** In how many rounds a new process looks: a run may be parked by the code of before while the new one is being deployed. */
const rounds = 2;
/** How many runs are read at a time, and how many of a product are woken in a round: the rest looks again by itself. */
const pageSize = 100;
const mostOfProduct = 1000;

/**
 * Wakes the runs of features in code that could not go on, after a deployment: the code with which they meet may have been mended. A process
 * of the reconciler is new when the catalog or the code is. A message is sent before its note is forgotten, and one too many only makes the
 * run look in vain. Throws what AWS refuses: the next round looks again.
 */
export async function wakeParked(services: ReconcilerServices, memory: RoundMemory, end: number): Promise<void> {
  const { catalog, clock, log } = services;
  const { wakes = 0 } = memory;
  if (wakes >= rounds) return;
  let woken = 0;
  for (const product of catalog.products.filter(hasCodeFeatures)) {
    if (clock.now() >= end) return;
    woken += await wakeOf(services, product);
  }
  memory.wakes = wakes + 1;
  if (woken > 0) log.info("runs of code were woken by a deployment", { woken });
}

async function wakeOf({ runLogs, jobs, queue }: ReconcilerServices, { tag }: Product): Promise<number> {
  const ids = await runLogs.parked(tag, mostOfProduct);
  let woken = 0;
  for (let from = 0; from < ids.length; from += pageSize) {
    const some = ids.slice(from, from + pageSize);
    const parked = (await jobs.getMany(some)).filter(waitsForCode);
    await inParallel(10, parked, (job) =>
      queue.send(job.type, jobMessageOf(job), { delaySeconds: 0, group: fairGroupOf(job) }),
    );
    await runLogs.unpark(tag, some);
    woken += parked.length;
  }
  return woken;
}

/** It goes on by itself otherwise, or has ended. */
const waitsForCode = (job: Job): boolean => isParked(job) && job.retry_decision_at !== undefined;
