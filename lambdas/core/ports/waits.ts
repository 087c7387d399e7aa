/** Counts what callers do, in slots of time. A Lambda has one request at a time, so no process sees how many a key has. */
export interface CallerCounts {
  /** Counts one more of the caller in the slot that `now` is in, and returns how many there are. */
  add(caller: string, now: number): Promise<number>;
}

/** Counts the requests that wait for jobs, in slots of `grantMs`. */
export type Waits = CallerCounts;
