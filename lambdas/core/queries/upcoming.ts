import type * as z from "zod";
import type { Tenant } from "../access/tenants.ts";
import { furtherQuartersFor, isHot, minuteMs, quarterOf } from "../job/due-time.ts";
import type { IndexPosition } from "../job/index-position.ts";
import { quarterHourMs } from "../job/route.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import { never } from "../kernel/start-time.ts";
import type { Services } from "../operations/services.ts";
import type { JobStore, Page, PageQuery } from "../ports/job-store.ts";
import type { UpcomingSchema } from "./schemas/upcoming.ts";

type UpcomingView = z.infer<typeof UpcomingSchema>;

/** The most index positions that an answer counts. */
export const countedAtMost = 10_000;
/** Positions are small: a thousand of them are a tenth of what DynamoDB puts on a page. */
const largestPage = 1000;

type Counted = { jobs: Pick<JobStore, "page" | "shards"> } & Pick<Services, "dueCounts" | "hot">;

/** A part of the index that is read page by page. */
export interface Partition {
  query: Omit<PageQuery, "limit">;
  after?: Page["next"];
  /** Whether all of it has been read. */
  done: boolean;
}

/**
 * How many pending jobs of these tenants are due in each minute, from the current minute on. Reads keys only, and at most
 * `countedAtMost` of them, however many jobs are stored. A job that is due already is not counted.
 */
export async function upcoming(
  { jobs, dueCounts, hot }: Counted,
  tenants: readonly Tenant[],
  { now, minutes, most = countedAtMost }: { now: number; minutes: number; most?: number },
): Promise<UpcomingView> {
  const from = Math.floor(now / minuteMs) * minuteMs;
  const to = from + minutes * minuteMs;
  const partitions = upcomingPartitions(tenants, jobs.shards, now + 1, to - 1);
  const [positions, hotMinutes] = await Promise.all([
    readInTurns(jobs, partitions, most),
    hotMinutesOf({ dueCounts, hot }, tenants, from, to),
  ]);
  const end = readUntil(partitions, from);
  return {
    from,
    ...upcomingCounts(
      positions.map(({ time }) => time),
      { from, minutes, end },
    ),
    hot_minutes: hotMinutes,
    starts_per_second: hot.startsPerSecond,
  };
}

/** What these tenants have in minutes that hold more jobs than EventBridge Scheduler starts in a minute, by its counters. */
export async function hotMinutesOf(
  { dueCounts, hot }: Pick<Counted, "dueCounts" | "hot">,
  tenants: readonly Tenant[],
  from: number,
  to: number,
): Promise<UpcomingView["hot_minutes"]> {
  const quarters = await dueCounts.read(quarterOf(from), to);
  return quarters.flatMap(({ jobs, minutes }) => {
    const further_minutes = (furtherQuartersFor(jobs, hot.startsPerSecond) * quarterHourMs) / minuteMs;
    return minutes
      .filter(({ minute, jobs }) => minute >= from && minute < to && isHot(jobs, hot.startsPerSecond))
      .filter(({ product, env }) => tenants.some((one) => one.product === product && one.env === env))
      .map(({ product, env, minute, jobs }) => ({
        at: minute,
        product_tag: product,
        env,
        count: jobs,
        further_minutes,
      }))
      .sort((a, b) => a.at - b.at);
  });
}

/** The partitions of the pending jobs of these tenants, between two times that are both inclusive. */
export const upcomingPartitions = (
  tenants: readonly Tenant[],
  shards: number,
  from: number,
  until: number,
): Partition[] =>
  tenants.flatMap(({ product, env }) =>
    Array.from({ length: shards }, (_, shard) => ({
      query: { product, env, phase: "pending" as const, shard, from, until, order: "asc" as const },
      done: false,
    })),
  );

/**
 * Up to which time all partitions were read, `never` if all were read to their ends: beyond the place where the first unfinished one was
 * left, some were read and others were not. `from` is where they begin.
 */
export const readUntil = (partitions: readonly Partition[], from: number): number =>
  Math.min(...partitions.map(({ done, after }) => (done ? never : (after?.time ?? from))));

/** Up to `most` positions. In each turn the unfinished partitions share what may still be read. */
export async function readInTurns(
  jobs: Pick<JobStore, "page">,
  partitions: Partition[],
  most: number,
): Promise<IndexPosition[]> {
  const positions: IndexPosition[] = [];
  for (;;) {
    const open = partitions.filter(({ done }) => !done);
    const left = most - positions.length;
    // Each partition is read once, however many there are.
    const first = positions.length === 0;
    if (open.length === 0 || left <= 0 || (!first && left < open.length)) return positions;
    const limit = Math.min(largestPage, Math.max(1, Math.floor(left / open.length)));
    const read = await inParallel(readsAtOnce, open, async (partition) => {
      const read = await jobs.page({ ...partition.query, limit }, partition.after);
      Object.assign(partition, { ...defined({ after: read.next }), done: read.next === undefined });
      return read.jobs;
    });
    positions.push(...read.flat());
  }
}

interface Window {
  from: number;
  minutes: number;
  /** Up to which time everything was read. */
  end: number;
}

function upcomingCounts(
  times: readonly number[],
  { from, minutes, end }: Window,
): Pick<UpcomingView, "minutes" | "total" | "truncated"> {
  const shown = Math.min(minutes, Math.floor((end - from) / minuteMs) + 1);
  const counts = new Array<number>(shown).fill(0);
  for (const time of times) {
    const minute = Math.floor((time - from) / minuteMs);
    if (minute < shown) counts[minute] = (counts[minute] ?? 0) + 1;
  }
  return {
    minutes: counts.map((count, minute) => ({ at: from + minute * minuteMs, count })),
    total: counts.reduce((sum, count) => sum + count, 0),
    truncated: end < never,
  };
}
