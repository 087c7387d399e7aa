import type { JobMessage, JobType } from "../job/job.ts";

/** One minute of a tenant. */
export interface DueMinute {
  product: string;
  env: string;
  /** The beginning of the minute, epoch milliseconds. */
  minute: number;
}

/** What is counted of a quarter hour. */
export interface DueQuarter {
  /** The beginning of the quarter hour, epoch milliseconds. */
  quarter: number;
  /** The jobs of all tenants. */
  jobs: number;
  minutes: (DueMinute & { jobs: number })[];
}

/**
 * Counters of the jobs that go to EventBridge Scheduler, by the time they are due; kept for a day after it. They count what was
 * dispatched: a job that is cancelled or moved is not taken off again.
 */
export interface DueCounts {
  /** Adds jobs to a minute. Answers how many jobs of all tenants its quarter hour holds, with these. Not idempotent. */
  add(minute: DueMinute, jobs: number): Promise<number>;
  /** The quarter hours that begin from `from` to before `to`, at most a day, oldest first; those that hold nothing are left out. */
  read(from: number, to: number): Promise<DueQuarter[]>;
}

/** A message that EventBridge Scheduler did not take, with what it takes to send it. */
export interface Kept {
  type: JobType;
  /** The message group of its job. */
  group: string;
  message: JobMessage;
}

export interface KeptPage {
  kept: Kept[];
  /** The next page starts after this one. Absent on the last page. */
  next?: Kept;
}

/** How many partitions the kept messages are spread over. */
export const keptShards = 8;

/** Messages that wait in the table, by the time their jobs are due, for the relay to send them. */
export interface Unscheduled {
  /** Holds a message. Holding it again changes nothing. */
  hold(kept: Kept): Promise<void>;
  /** The messages of one shard, from 0 to `keptShards - 1`, whose jobs are due at `until` or before, by that time. */
  page(query: { shard: number; until: number; limit: number }, after?: Kept): Promise<KeptPage>;
  /** Deletes messages; one that is not there counts as success. Throws if some could not be deleted; the others are. */
  remove(kept: readonly Kept[]): Promise<void>;
}
