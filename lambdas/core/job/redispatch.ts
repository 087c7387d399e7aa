import { type Job, phaseTime } from "./job.ts";
import { isParked, isStuck } from "./transitions.ts";

/** What a look of the reconciler is for: whatever has come to a further age after `since`, up to and with `until`. */
export interface Look {
  /** Epoch milliseconds that the look before went up to; -Infinity where none is known of. */
  since: number;
  until: number;
  /** How long after its time a job that waits counts as lost. */
  graceMs: number;
}

/** Ages double up to here; beyond, they are this many graces apart, so that nothing waits longer for its repair. */
const doublings = 5;
const widest = 2 ** doublings;

/** How many of the ages 0, 1, 3, 7, 15, 31, 63, 95, ... graces something has come to that was lost `age` ms ago. */
function reached(age: number, graceMs: number): number {
  if (age < 0) return 0;
  const graces = age / graceMs + 1;
  return 1 + Math.floor(graces <= widest ? Math.log2(graces) : doublings - 1 + graces / widest);
}

/**
 * Whether what was lost at `lostAt` is to be handed over now: at once, and then ever more seldom. A queue that is merely
 * slow would else gather a message a job a minute. Known from times alone, so that no job is written for it.
 */
export const comesOfAge = (lostAt: number, { since, until, graceMs }: Look): boolean =>
  reached(until - lostAt, graceMs) > reached(since - lostAt, graceMs);

/** The same of what the index knows: the time of a job's place. */
export const positionComesOfAge = (time: number, look: Look): boolean => comesOfAge(time + look.graceMs, look);

/** Whether a job gets another message now: by its time, or where a consumer holds it by the end of its lease. */
export function needsRedispatch(job: Job, look: Look): boolean {
  if (!isStuck(job, look.until, look.graceMs)) return false;
  if (positionComesOfAge(phaseTime(job), look)) return true;
  return job.status === "running" && !isParked(job) && comesOfAge(job.lease_until ?? 0, look);
}
