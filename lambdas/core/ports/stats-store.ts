import type { Counts } from "../job/stats.ts";

/** What to add to the counters of one hour of a tenant, or of an event of it. */
export interface HourCounts {
  product: string;
  env: string;
  /** Absent: the counters of all its jobs. */
  event?: string;
  /** The beginning of the hour, epoch milliseconds. */
  hour: number;
  counts: Counts;
}

/** Something that is counted once: not if something with its mark was counted a short time ago. */
export interface Counted {
  /** The same each time the stream delivers what is counted. */
  mark: string;
  /** When it was written, epoch milliseconds. */
  written_at: number;
}

/** Counters by product, env and hour, and by event where that has its own, kept for 90 days. */
export interface StatsStore {
  /** Throws if some could not be added; the others are added. */
  add(increments: readonly (HourCounts & Counted)[]): Promise<void>;
  /** The hours from `fromHour` to before `toHour` that have counts, oldest first: of all jobs, or of an event that has its own counters. */
  read(
    product: string,
    env: string,
    fromHour: number,
    toHour: number,
    event?: string,
  ): Promise<Pick<HourCounts, "hour" | "counts">[]>;
  /** The latest hour that has counts; undefined if none has. */
  latest(product: string, env: string): Promise<number | undefined>;
}
