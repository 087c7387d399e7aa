import { traceOf } from "../core/errors.ts";
import type { Job } from "../core/job/job.ts";
import { needsRedispatch, positionComesOfAge } from "../core/job/redispatch.ts";
import { isStuck } from "../core/job/transitions.ts";
import { dispatchMany } from "../core/operations/dispatch.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { jobFields } from "../core/operations/log-fields.ts";
import type { Services } from "../core/operations/services.ts";
import { type Memory, newMemory, type Walk, walksOf } from "./memory.ts";

/** A job this late has lost its message, or its queue is behind: either way another message does no harm. */
export const graceMs = 60_000;

/** Of the index, and of a read of many jobs. */
const pageSize = 100;
const shardsAtOnce = 16;
/** A round ends before its Lambda does, which would take its memory along. */
const longestRoundMs = 40_000;

export interface Reconciled {
  looked: number;
  dispatched: number;
  failed: number;
}

interface Round {
  services: Services;
  memory: Memory;
  graceMs: number;
  /** Epoch milliseconds after which no further page is read. */
  end: number;
  total: Reconciled;
}

/**
 * Hands overdue jobs over again: those that wait although they were due `grace` ms ago, and those whose consumer's lease
 * has run out; each at ever longer intervals (`needsNudge`). Reads the overdue heads of the catalog's pending partitions
 * only, so its work does not grow with the number of jobs, and a page of each in turn, so that no backlog hides another.
 * What is left when the round's time is over comes first in the next one. Claims are conditional: a message too many is dropped.
 */
export async function reconcile(services: Services, grace = graceMs, memory = newMemory()): Promise<Reconciled> {
  const now = services.clock.now();
  const total: Reconciled = { looked: 0, dispatched: 0, failed: 0 };
  const round: Round = { services, memory, graceMs: grace, end: now + longestRoundMs, total };
  await handOverRefused(round);
  const tenants = services.catalog.products.flatMap(({ tag, envs }) => envs.map((env) => ({ product: tag, env })));
  let open = tenants.flatMap((tenant) => walksOf(memory, tenant, now));
  while (open.length > 0 && services.clock.now() < round.end) {
    const more = await inParallel(shardsAtOnce, open, (walk) => step(round, walk));
    open = open.filter((_, i) => more[i]);
  }
  return total;
}

/** A page of a walk. Answers whether there is another one; a page that could not be read is the next round's first. */
async function step(round: Round, walk: Walk): Promise<boolean> {
  const { product, env, shard, since, until, after } = walk;
  const look = { since, until, graceMs: round.graceMs };
  const overdue = { product, env, shard, phase: "pending", until: until - round.graceMs, order: "asc" } as const;
  return attempt(round, async () => {
    const page = await round.services.jobs.page({ ...overdue, limit: pageSize }, after);
    // The oldest ones are looked at whatever their age: among them may be one whose consumer's lease has ended.
    const places = after ? page.jobs.filter(({ time }) => positionComesOfAge(time, look)) : page.jobs;
    const ids = places.map(({ id }) => id);
    await handOver(round, ids, (job) => needsRedispatch(job, look));
    walk.isOver = page.next === undefined;
    if (page.next) walk.after = page.next;
    return !walk.isOver;
  });
}

/**
 * What AWS refused before: its age has passed, so nothing else would bring it back soon. It has half of the round, so that what
 * is refused for long does not keep the others from theirs; what is refused again goes to the end of the line.
 */
async function handOverRefused(round: Round): Promise<void> {
  const { clock } = round.services;
  const ids = [...round.memory.refused];
  const now = clock.now();
  for (let first = 0; first < ids.length && clock.now() < round.end - longestRoundMs / 2; first += pageSize) {
    const some = ids.slice(first, first + pageSize);
    const isDone = await attempt(round, async () => {
      await handOver(round, some, (job) => isStuck(job, now, round.graceMs));
      return true;
    });
    if (!isDone) return;
  }
}

/** At most 100 of them. */
async function handOver({ services, memory, total }: Round, ids: string[], isDue: (job: Job) => boolean) {
  if (ids.length === 0) return;
  const jobs = (await services.jobs.getMany(ids)).filter(isDue);
  total.looked += ids.length;
  const refused = await dispatchMany(services, jobs);
  for (const id of ids) memory.refused.delete(id);
  const causes = new Map(refused.map(({ index, cause }) => [jobs[index], cause]));
  for (const job of jobs) {
    if (causes.has(job)) {
      memory.refused.add(job.id);
      services.log.error("could not hand a job over again", { ...jobFields(job), ...traceOf(causes.get(job)) });
    } else {
      services.log.info("handed over again", { ...jobFields(job), overdue_ms: services.clock.now() - job.due_at });
    }
  }
  total.dispatched += jobs.length - refused.length;
  total.failed += refused.length;
}

async function attempt({ services, total }: Round, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    total.failed++;
    services.log.error("could not look for overdue jobs", traceOf(error));
    return false;
  }
}
