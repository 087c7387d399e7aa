import { type Job, phaseTime } from "./job.ts";
import { isParked, isStuck } from "./transitions.ts";

/** The time that one scan of the reconciler covers: it redispatches what reaches a further age after `since` and up to `until`. */
export interface RedispatchWindow {
  /** The end of the previous scan, epoch milliseconds; -Infinity if none is known. */
  since: number;
  until: number;
  /** How long after its time a waiting job counts as lost, in milliseconds. */
  graceMs: number;
}

/** Ages double up to here. After that they are this many graces apart, so that no repair waits longer. */
const doublings = 5;
const widest = 2 ** doublings;

/** How many of the ages 0, 1, 3, 7, 15, 31, 63, 95, ... graces a job has reached that was lost `age` ms ago. */
function reached(age: number, graceMs: number): number {
  if (age < 0) return 0;
  const graces = age / graceMs + 1;
  return 1 + Math.floor(graces <= widest ? Math.log2(graces) : doublings - 1 + graces / widest);
}

/**
 * Whether a job that was lost at `lostAt` is dispatched again in this round: at once, and then less and less often. A queue
 * that is merely slow would otherwise collect one message per job per minute. Only times decide, so that no job is written.
 */
export const comesOfAge = (lostAt: number, { since, until, graceMs }: RedispatchWindow): boolean =>
  reached(until - lostAt, graceMs) > reached(since - lostAt, graceMs);

/** The same, for a job's time in the index. */
export const positionComesOfAge = (time: number, window: RedispatchWindow): boolean =>
  comesOfAge(time + window.graceMs, window);

/** Whether a job gets another message in this round: by its time or, if a consumer holds it, by the end of its lease. */
export function needsRedispatch(job: Job, window: RedispatchWindow): boolean {
  if (!isStuck(job, window.until, window.graceMs)) return false;
  if (positionComesOfAge(phaseTime(job), window)) return true;
  return job.status === "running" && !isParked(job) && comesOfAge(job.lease_until ?? 0, window);
}
