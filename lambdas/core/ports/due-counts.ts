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
  /** Adds jobs to a minute. Returns how many jobs of all tenants its quarter hour holds, with these. Not idempotent. */
  add(minute: DueMinute, jobs: number): Promise<number>;
  /** The quarter hours that begin from `from` to before `to`, oldest first, with a read for each day; those that hold nothing are left out. */
  read(from: number, to: number): Promise<DueQuarter[]>;
}
