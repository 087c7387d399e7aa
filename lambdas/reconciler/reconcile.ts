import { traceOf } from "../core/errors.ts";
import { isKnown, type Job } from "../core/job/job.ts";
import { needsRedispatch, positionComesOfAge } from "../core/job/redispatch.ts";
import { isStuck } from "../core/job/transitions.ts";
import { dispatchMany } from "../core/operations/dispatch.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { linedJobs } from "../core/operations/lines.ts";
import { jobFields } from "../core/operations/log-fields.ts";
import type { Services } from "../core/operations/services.ts";
import { type Memory, newMemory, type ShardScan, scansOf } from "./memory.ts";
import { handlePauses, type RoundPauses } from "./pauses.ts";
import { overdueSuccessors } from "./successors.ts";
import { sweepGates } from "./sweep-gates.ts";
import { sendUnscheduled } from "./unscheduled.ts";

/** A job this late has lost its message, or its queue is behind. In both cases another message does no harm. */
export const graceMs = 60_000;

/** For pages of the index and for batch reads of jobs. */
const pageSize = 100;
const shardsAtOnce = 16;
/** The lines of limits come first in a round, since jobs wait there that nothing else calls, and have this much of it. */
const longestSweepMs = 12_000;
/** A round ends before the function times out, because a timeout would end the process and with it the memory. */
const longestRoundMs = 40_000;

export interface Reconciled {
  looked: number;
  dispatched: number;
  failed: number;
  /** How long the oldest pause without an end has lasted, in milliseconds, and how many jobs of ended ones were sent. Absent: 0. */
  pause_age_ms?: number;
  drained?: number;
}

interface Round {
  services: Services;
  memory: Memory;
  graceMs: number;
  /** No further page is read after this, epoch milliseconds. */
  end: number;
  total: Reconciled;
  pauses: RoundPauses;
}

/**
 * Dispatches overdue jobs again: those that still wait `grace` ms after they were due, and those whose consumer's lease has
 * ended, each at growing intervals (`needsRedispatch`). Reads only the overdue ends of the catalog's pending partitions, so
 * that its work does not grow with the number of jobs, and one page of each in turn, so that no backlog hides another. What
 * is left at the end of a round comes first in the next one. Claims are conditional, so a surplus message is dropped.
 * What a pause holds is left alone (`pauses.ts`).
 */
export async function reconcile(services: Services, grace = graceMs, memory = newMemory()): Promise<Reconciled> {
  const now = services.clock.now();
  const total: Reconciled = { looked: 0, dispatched: 0, failed: 0 };
  const pauses = await handlePauses(services);
  const { failed, pause_age_ms, drained } = pauses.measured;
  Object.assign(total, { failed, ...(pause_age_ms > 0 && { pause_age_ms }), ...(drained > 0 && { drained }) });
  const round: Round = { services, memory, graceMs: grace, end: now + longestRoundMs, total, pauses };
  await sweepGates(services, memory, now + longestSweepMs);
  const unscheduled = await sendUnscheduled(services, now + longestRoundMs / 4);
  total.failed += unscheduled.failed;
  await retryRefused(round);
  const tenants = services.catalog.products.flatMap(({ tag, envs }) => envs.map((env) => ({ product: tag, env })));
  const scans = tenants.flatMap((tenant) => scansOf(memory, tenant, services.jobs.shards, now));
  // The scan of a paused tenant is over at once, so that the next one begins from here: its jobs are not all redispatched then.
  for (const scan of scans) scan.isOver = pauses.holdsAll(scan);
  let open = scans.filter(({ isOver }) => !isOver);
  while (open.length > 0 && services.clock.now() < round.end) {
    const more = await inParallel(shardsAtOnce, open, (scan) => scanPage(round, scan));
    open = open.filter((_, i) => more[i]);
  }
  return total;
}

/** Handles one page of a scan. Answers whether there is another; a page that could not be read comes first in the next round. */
async function scanPage(round: Round, scan: ShardScan): Promise<boolean> {
  const { product, env, shard, since, until, after } = scan;
  const window = { since, until, graceMs: round.graceMs };
  const overdue = { product, env, shard, phase: "pending", until: until - round.graceMs, order: "asc" } as const;
  return tryWork(round, async () => {
    const page = await round.services.jobs.page({ ...overdue, limit: pageSize }, after);
    // On the first page every job is read, whatever its age: the lease of one that is running may have ended.
    const positions = after ? page.jobs.filter(({ time }) => positionComesOfAge(time, window)) : page.jobs;
    const ids = positions.map(({ id }) => id);
    await redispatch(round, ids, async (jobs) => [
      ...jobs.filter((job) => needsRedispatch(job, window)),
      ...(await overdueSuccessors(round.services, jobs, window)),
    ]);
    scan.isOver = page.next === undefined;
    if (page.next) scan.after = page.next;
    return !scan.isOver;
  });
}

/**
 * Dispatches the jobs that AWS refused in earlier rounds, whose next regular redispatch may be far away. This takes at most
 * half of the round, so that jobs which are refused for long do not delay the others. What is refused again moves to the end.
 */
async function retryRefused(round: Round): Promise<void> {
  const { clock } = round.services;
  const ids = [...round.memory.refused];
  const now = clock.now();
  for (let first = 0; first < ids.length && clock.now() < round.end - longestRoundMs / 2; first += pageSize) {
    const some = ids.slice(first, first + pageSize);
    const isDone = await tryWork(round, async () => {
      await redispatch(round, some, async (jobs) => jobs.filter((job) => isStuck(job, now, round.graceMs)));
      return true;
    });
    if (!isDone) return;
  }
}

/** Dispatches again what is still due of the jobs and no pause holds. Takes at most 100 ids. */
async function redispatch(
  { services, memory, total, pauses }: Round,
  ids: string[],
  dueOf: (jobs: Job[]) => Promise<Job[]>,
) {
  if (ids.length === 0) return;
  // What a later version made of a job, before a roll back, is left to a version that knows it.
  const known = (await services.jobs.getMany(ids)).filter(isKnown);
  const due = (await dueOf(known)).filter((job) => !pauses.leaves(job));
  // Who stands in a line is called there: another message would find it as it is.
  const lined = await linedJobs(services, due);
  const jobs = due.filter((job) => !lined.has(job.id));
  total.looked += ids.length;
  const refused = await dispatchMany(services, jobs);
  for (const id of ids) memory.refused.delete(id);
  const causes = new Map(refused.map(({ index, cause }) => [jobs[index], cause]));
  for (const job of jobs) {
    if (causes.has(job)) {
      memory.refused.add(job.id);
      services.log.error("a job could not be redispatched", { ...jobFields(job), ...traceOf(causes.get(job)) });
    } else {
      services.log.info("job redispatched", { ...jobFields(job), overdue_ms: services.clock.now() - job.due_at });
    }
  }
  total.dispatched += jobs.length - refused.length;
  total.failed += refused.length;
}

/** Runs `work`. A failure is logged and counted, and answers false. */
async function tryWork({ services, total }: Round, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    total.failed++;
    services.log.error("overdue jobs could not be read", traceOf(error));
    return false;
  }
}
