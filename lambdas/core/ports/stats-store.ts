import type { Counts } from "../job/stats.ts";

/** What to add to the counters of one hour of a tenant. */
export interface HourCounts {
  product: string;
  env: string;
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

/** Counters by product, env and hour, kept for 90 days. */
export interface StatsStore {
  /** Throws if some could not be added; the others are added. */
  add(increments: readonly (HourCounts & Counted)[]): Promise<void>;
  /** The hours from `fromHour` to before `toHour` that have counts, oldest first. */
  read(product: string, env: string, fromHour: number, toHour: number): Promise<Pick<HourCounts, "hour" | "counts">[]>;
  /** The latest hour that has counts; undefined if none has. */
  latest(product: string, env: string): Promise<number | undefined>;
}
