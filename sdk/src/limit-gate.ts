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
  since: number;
  /** The place in the waiting list, from 1; absent beyond the first 100. */
  position?: number;
  /** The start that the rate has given the job. */
  starts_at?: number;
}

/** One limit for one key. Times are epoch milliseconds. */
export interface LimitGate {
  /** Empty for a limit without keys. A long or hidden key is a hash. */
  key: string;
  /** How many slots are held. */
  in_use: number;
  /** How many jobs wait for a slot; at most 100 are counted. */
  waiting: number;
  /** More jobs wait than were counted. */
  more_waiting?: boolean;
  /** Since when the first of them waits. */
  oldest_wait_since?: number;
  /** When an attempt could start by the rate, if it asked now. */
  next_start?: number;
}
