import { isKnownJob, type Job } from "../core/job/job.ts";
import { needsRedispatch, positionComesOfAge } from "../core/job/redispatch.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallelUntil } from "../core/kernel/in-parallel.ts";
import { dispatchMany } from "../core/operations/dispatch.ts";
import { linedJobs } from "../core/operations/lines.ts";
import { jobFields } from "../core/operations/log-fields.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import { newScan, type Partition, partitionNameOf, type RoundMemory, type ShardScan } from "./memory.ts";
import type { RoundPauses } from "./pauses.ts";
import { keepPlace, keptEveryMs } from "./place.ts";
import { partitionStateOf, rememberState } from "./roll-up.ts";
import { overdueSuccessors } from "./successors.ts";

/** For pages of the index and for batch reads of jobs. */
export const pageSize = 100;
const scansAtOnce = 16;

export interface RoundCounts {
  looked: number;
  dispatched: number;
  failed: number;
}

/** What the parts of a round share. */
export interface Round {
  services: ReconcilerServices;
  memory: RoundMemory;
  graceMs: number;
  /** No further page is read after this, epoch milliseconds. */
  end: number;
  total: RoundCounts;
  pauses: RoundPauses;
}

/**
 * Reads the overdue end of every pending partition of the catalog, as far as the round has time for: first the further pages of
 * scans that the last rounds have begun, for half of the time, then the first page of every other partition, then further pages
 * again, one of each in turn, so that no backlog hides another. The partitions are a circle, and each round goes on where the one
 * before has come to, whichever process that was. Returns how many were left.
 */
export async function scanCatalog(round: Round): Promise<number> {
  const { services, memory, pauses, end } = round;
  const { clock } = services;
  const begun = new Map([...memory.scans].filter(([, { isOver }]) => !isOver));
  // The scan of a paused tenant is over at once, so that the next one begins from here: its jobs are not all redispatched then.
  for (const scan of begun.values()) scan.isOver = pauses.holdsAll(scan);
  const further = [...begun.values()].filter(({ isOver }) => !isOver);
  let open = await inTurns(round, further, clock.now() + (end - clock.now()) / 2);

  const scanFirst = async (partition: Partition) => {
    if (begun.has(partitionNameOf(partition))) return;
    const scan = newScan(memory, partition, clock.now());
    scan.isOver = pauses.holdsAll(scan);
    if (scan.isOver) rememberState(memory, scan, undefined);
    else if (await scanPage(round, scan)) open.push(scan);
  };
  const partitions = partitionsFrom(services, memory);
  // Where a process has died before it noted anything, the next one notes every step.
  const most = diedHere(memory) > 0 ? scansAtOnce : partitions.length;
  let looked = 0;
  while (looked < partitions.length && clock.now() < end) {
    const until = Math.min(end, clock.now() + keptEveryMs);
    const some = partitions.slice(looked, looked + most);
    looked += await inParallelUntil(scansAtOnce, some, () => clock.now() >= until, scanFirst);
    await keepPlace(services, memory, { scan: partitions[looked], tries: 0 });
  }
  open = await inTurns(round, open, end);
  return partitions.length - looked;
}

/** How many processes in a row have died where this one has begun. */
const diedHere = ({ place }: RoundMemory): number => Math.max(0, (place?.tries ?? 0) - 1);

/** All pending partitions of the catalog, beginning where the last round has come to. */
function partitionsFrom({ catalog, jobs }: ReconcilerServices, memory: RoundMemory): Partition[] {
  const partitions = catalog.products.flatMap(({ tag: product, envs }) =>
    envs.flatMap((env) => Array.from({ length: jobs.shards }, (_, shard) => ({ product, env, shard }))),
  );
  const scan = memory.place?.scan;
  const at = scan
    ? partitions.findIndex(
        ({ product, env, shard }) => product === scan.product && env === scan.env && shard === scan.shard,
      )
    : 0;
  // What has left the catalog is not found. A round that has died here may have died of what was read.
  const first = Math.max(0, at) + scansAtOnce * diedHere(memory);
  const start = partitions.length > 0 ? first % partitions.length : 0;
  return [...partitions.slice(start), ...partitions.slice(0, start)];
}

/** One page of each scan in turn, until all are over or the time is. Returns those that have further pages. */
async function inTurns(round: Round, scans: readonly ShardScan[], end: number): Promise<ShardScan[]> {
  const { clock } = round.services;
  let open = [...scans];
  while (open.length > 0 && clock.now() < end) {
    const again: ShardScan[] = [];
    const begun = await inParallelUntil(
      scansAtOnce,
      open,
      () => clock.now() >= end,
      async (scan) => {
        if (await scanPage(round, scan)) again.push(scan);
      },
    );
    open = [...open.slice(begun), ...again];
  }
  return open;
}

/** Handles one page of a scan. Returns whether there is another; a page that could not be read comes first in the next round. */
async function scanPage(round: Round, scan: ShardScan): Promise<boolean> {
  const { product, env, shard, since, until, after } = scan;
  const window = { since, until, graceMs: round.graceMs };
  const overdue = { product, env, shard, phase: "pending", until: until - round.graceMs, order: "asc" } as const;
  return tryWork(round, async () => {
    const page = await round.services.jobs.page({ ...overdue, limit: pageSize }, after);
    // On the first page every job is read, whatever its age: the lease of one that is running may have ended.
    const positions = after ? page.jobs.filter(({ time }) => positionComesOfAge(time, window)) : page.jobs;
    const ids = positions.map(({ id }) => id);
    if (ids.length === 0) rememberState(round.memory, scan, undefined);
    await redispatch(round, ids, async (jobs) => {
      if (!after) {
        const found = {
          now: until,
          graceMs: round.graceMs,
          isMore: page.next !== undefined,
          holds: round.pauses.leaves,
        };
        rememberState(round.memory, scan, partitionStateOf(jobs, found));
      }
      return [
        ...jobs.filter((job) => needsRedispatch(job, window)),
        ...overdueSuccessors(round.services, jobs, window),
      ];
    });
    scan.isOver = page.next === undefined;
    if (page.next) scan.after = page.next;
    return !scan.isOver;
  });
}

/** Dispatches again what is still due of the jobs and no pause holds. Takes at most 100 ids. */
export async function redispatch(
  { services, memory, total, pauses }: Round,
  ids: string[],
  dueOf: (jobs: Job[]) => Promise<Job[]>,
) {
  if (ids.length === 0) return;
  // What a later version made of a job, before a roll back, is left to a version that knows it.
  const known = (await services.jobs.getMany(ids)).filter(isKnownJob);
  measureLateWaits(
    services,
    known.filter((job) => !pauses.leaves(job)),
  );
  const due = (await dueOf(known)).filter((job) => !pauses.leaves(job));
  // A job in a line is called there: another message would change nothing.
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

/** Measures how long ago the latest waits of runs should have ended: who should have seen it is behind, or does not run. */
function measureLateWaits({ clock, log }: ReconcilerServices, jobs: readonly Job[]): void {
  const now = clock.now();
  const late = new Map<string, number>();
  for (const { product, status, timer_at = now } of jobs)
    if (status === "running" && timer_at < now) late.set(product, Math.max(late.get(product) ?? 0, now - timer_at));
  for (const [product, wait_late_ms] of late)
    log.measure("waits are overdue", { values: { wait_late_ms }, of: { type: "feature", product } });
}

/** Runs `work`. A failure is logged and counted, and answers false. */
export async function tryWork({ services, total }: Round, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    total.failed++;
    services.log.error("overdue jobs could not be read", traceOf(error));
    return false;
  }
}
