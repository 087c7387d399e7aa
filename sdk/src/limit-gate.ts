/** A rate as the API shows it: `limit` starts per `period_ms` milliseconds, up to `burst` of them at once. */
export interface LimitRate {
  limit: number;
  period_ms: number;
  burst: number;
}

/** The limit that holds a job back. Times are epoch milliseconds. */
export interface LimitWait {
  limit: string;
  /** Empty for a limit without keys. */
  key: string;
  /** Since when the job stands in its line. */
  since: number;
  /** The place in the line, from 1: an estimate, since jobs with a higher priority may pass it. Absent beyond the first 1,000. */
  position?: number;
  /**
   * About when it starts, as the rate has planned it up to a minute ago, or by its place. Nothing is reserved. Absent for a limit
   * with slots only.
   */
  starts_at?: number;
}

/** How long a line is, and when it ends: an estimate. Times are epoch milliseconds. */
export interface LineEstimate {
  /** When the line was counted: just now, or up to 90 seconds ago if it is long. */
  as_of: number;
  /** How many jobs stood in it; of a long line at most 10,000 are counted. */
  length: number;
  /**
   * When the last of them would start by the rate, if all of it is used and no more jobs come. Absent for a limit with slots only.
   */
  ends_at?: number;
}

/** One limit for one key. Times are epoch milliseconds. */
export interface LimitGate {
  /** Empty for a limit without keys. A long or hidden key is a hash. */
  key: string;
  /** How many slots are held. */
  in_use: number;
  /** How many jobs stand in line for a slot or a start; at most 1,000 are counted. */
  waiting: number;
  /** More than 1,000 jobs stand in line: `estimated` has their number, once the line was counted. */
  more_waiting?: boolean;
  /** Since when the first of them waits. */
  oldest_wait_since?: number;
  /** The next start that the rate gives out. Nothing is reserved: it goes to the first in line. */
  next_start?: number;
  /** How long the line is, and when it ends: for a rate at which jobs wait, and for a line of more than 1,000. */
  estimated?: LineEstimate;
}
