import type { Tenant } from "../access/tenants.ts";
import type { IndexPosition, Order } from "../job/index-position.ts";
import { type Job, type Phase, phaseOf, phaseTime, shownStatus } from "../job/job.ts";
import type { JobFilter } from "../job/job-filter.ts";
import { retryingOf } from "../job/retrying.ts";
import { openWaitsOf } from "../job/run-wait.ts";
import { defined } from "../kernel/defined.ts";
import { never } from "../kernel/start-time.ts";
import type { JobStore, PageQuery } from "../ports/job-store.ts";
import { mergePartitions, type ReadPage } from "./merge-partitions.ts";

export interface ListQuery extends JobFilter {
  order: Order;
  /** At most 100. */
  limit: number;
  after?: IndexPosition;
}

export interface Listed {
  jobs: Job[];
  /** The position after which the list continues; absent at its end. With a narrow filter a page may be short. */
  next?: IndexPosition;
  /** How many jobs were looked at, of a page that is short although the list continues. */
  examined?: number;
}

/** The most jobs that one page reads, however few match the filter. This limits the cost of a request. */
export const examinedAtMost = 1000;
/** The limit of DynamoDB's BatchGetItem. */
const largestRead = 100;

/**
 * A page of the jobs of these tenants in the order of their times. It merges sorted partitions of the index, so that a page costs
 * the same however much is stored. Jobs that do not change while pages are read are listed once and in order. A job that moves
 * meanwhile is listed at its old position, at its new one, or at both.
 */
export async function listJobs(
  jobs: Pick<JobStore, "page" | "getMany" | "shards">,
  tenants: readonly Tenant[],
  query: ListQuery,
  now: number,
): Promise<Listed> {
  const reads = partitionsOf(tenants, query, { now, shards: jobs.shards }).map(
    (partition): ReadPage =>
      (limit, after) =>
        jobs.page({ ...partition, order: query.order, limit }, after),
  );
  const firstPage = Math.min(50, Math.max(4, Math.ceil((2 * query.limit) / Math.max(1, reads.length))));
  const positions = mergePartitions(reads, { order: query.order, after: query.after, firstPage });
  const passes = filterOf(query, now);
  const { found, ...page } = await takePage(jobs, positions, query, (job) => (passes(job) ? job : undefined));
  return { jobs: found, ...page };
}

/** A page of what is made of jobs. */
export type TakenPage<T> = Omit<Listed, "jobs"> & { found: T[] };

/**
 * Reads the jobs at sorted positions until a page is full, or until it has looked at as many as one page may. `make` answers undefined for a
 * job that is no part of the page. The index may name a job twice; it is on the page once.
 */
export async function takePage<T>(
  jobs: Pick<JobStore, "getMany">,
  positions: AsyncGenerator<IndexPosition, void>,
  { limit, after }: Pick<ListQuery, "limit"> & { after?: IndexPosition | undefined },
  make: (job: Job, position: IndexPosition) => T | undefined,
): Promise<TakenPage<T>> {
  const found = new Map<string, T>();
  let last = after;
  let size = limit;
  for (let examined = 0; examined < examinedAtMost; ) {
    const batch = await takePositions(positions, Math.min(size, examinedAtMost - examined));
    if (batch.length === 0) return { found: [...found.values()] };
    const read = await readPositions(jobs, batch);
    for (const [i, position] of batch.entries()) {
      last = position;
      const job = read.get(position.id);
      const made = job && make(job, position);
      if (made !== undefined) found.set(position.id, made);
      if (found.size < limit) continue;
      const more = i + 1 < batch.length || (await takePositions(positions, 1)).length > 0;
      return { found: [...found.values()], ...(more && { next: position }) };
    }
    examined += batch.length;
    // Few jobs match the filter, so the next read is as large as possible.
    size = largestRead;
  }
  return { found: [...found.values()], ...(last && { next: last, examined: examinedAtMost }) };
}

/** How far a list has come that goes on although its page is short: without it, a caller takes a short page for the end. */
export const searchedShown = ({ next, examined }: Pick<Listed, "next" | "examined">) =>
  next && examined !== undefined
    ? { examined, ...defined({ looked_back_to: next.time < never ? next.time : undefined }) }
    : {};

async function takePositions(positions: AsyncGenerator<IndexPosition, void>, count: number): Promise<IndexPosition[]> {
  const taken: IndexPosition[] = [];
  while (taken.length < count) {
    const { value } = await positions.next();
    if (!value) break;
    taken.push(value);
  }
  return taken;
}

/** The jobs by id. The eventually consistent index may list a job twice, and BatchGetItem refuses duplicate keys. */
async function readPositions(jobs: Pick<JobStore, "getMany">, positions: IndexPosition[]): Promise<Map<string, Job>> {
  const ids = [...new Set(positions.map(({ id }) => id))];
  return new Map((await jobs.getMany(ids)).map((job) => [job.id, job]));
}

/** Filters by the job's current state, not by its partition, so that an answer never contradicts its filter. */
export function filterOf(query: JobFilter, now: number): (job: Job) => boolean {
  const { status, type, event, label, recurring, waiting, retrying } = query;
  const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = query;
  return (job) =>
    (!status || status.includes(shownStatus(job, now))) &&
    (!type || type.includes(job.type)) &&
    (event === undefined || job.event === event) &&
    (label === undefined || (job.labels ?? []).includes(label)) &&
    (recurring === undefined || (job.repeat !== undefined) === recurring) &&
    (waiting === undefined || openWaitsOf(job).length > 0 === waiting) &&
    (retrying === undefined || (retryingOf(job) !== undefined) === retrying) &&
    phaseTime(job) >= from &&
    phaseTime(job) <= until;
}

/** The partitions of the index that may have jobs of a filter, each with the times between which they are. */
export function partitionsOf(
  tenants: readonly Tenant[],
  query: JobFilter,
  { now, shards }: { now: number; shards: number },
): Omit<PageQuery, "order" | "limit">[] {
  const asked: readonly Phase[] = query.status
    ? [...new Set(query.status.map(phaseOf))]
    : ["pending", "completed", "failed", "cancelled"];
  // What has ended is not retried any more.
  const phases = query.retrying ? asked.filter((phase) => phase === "pending") : asked;
  return tenants.flatMap(({ product, env }) =>
    phases.flatMap((phase) => {
      const range = phase === "pending" ? pendingRange(query, now) : { from: query.from, until: query.until };
      return Array.from({ length: shards }, (_, shard) => ({ product, env, phase, shard, ...defined(range) }));
    }),
  );
}

interface Range {
  from: number | undefined;
  until: number | undefined;
}

/** The clocks of two Lambdas may differ: a job may be due by one clock and not yet by another. */
const clocksApartMs = 10_000;

/**
 * The index does not distinguish the pending statuses, but their times do: paused jobs are at the largest time, scheduled jobs
 * before it, and queued jobs are due already. So jobs with one status are found without reading the others.
 */
function pendingRange({ status, type, from, until }: JobFilter, now: number): Range {
  const asked = new Set(status?.filter((one) => phaseOf(one) === "pending"));
  if (asked.size === 0) return { from, until };
  const started = asked.has("queued") || asked.has("running");
  const first = started ? 0 : asked.has("scheduled") ? now + 1 : never;
  // A running job is due already, except a feature between two decisions, whose time is that of its next check.
  const ahead = asked.has("scheduled") || (asked.has("running") && (type?.includes("feature") ?? true));
  const last = asked.has("paused") ? never : ahead ? never - 1 : now + clocksApartMs;
  return { from: Math.max(from ?? 0, first), until: Math.min(until ?? never, last) };
}
