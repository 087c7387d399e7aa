import type { Job } from "../job/job.ts";
import type { Holder } from "./gate.ts";
import { type Pace, paceOf } from "./gcra.ts";
import type { LimitRule } from "./limit-rule.ts";

const attemptOf = ({ run, attempt }: Pick<Job, "run" | "attempt">): string => `${run}.${attempt}.`;

/** The next start of a job: another attempt, another try after a snooze and a claim after a crash each count as a start. */
export const turnOf = (job: Pick<Job, "run" | "attempt" | "snoozes" | "claims">): string =>
  `${attemptOf(job)}${job.snoozes?.count ?? 0}.${job.claims}`;

/** Whether a turn is one of an attempt. */
export const isOfAttempt = (turn: string, attempt: Pick<Job, "run" | "attempt">): boolean =>
  turn.startsWith(attemptOf(attempt));

/** How late a start may be used that version 0.3 has reserved: 2 s, or one increment where that is longer. */
const toleranceMs = ({ increment }: Pace): number => Math.max(2000, Math.ceil(increment / 1000));

/** Whether a job has a start that version 0.3 has reserved for it, and that is not over. */
export function hasReserved(job: Job, limit: string, { rate }: LimitRule, now: number): boolean {
  const { reserved } = job;
  if (!reserved || !rate || reserved.turn !== turnOf(job) || reserved.until !== job.due_at) return false;
  return reserved.limits.includes(limit) && now <= reserved.until + toleranceMs(paceOf(rate));
}

/** Where a job stands in lines: by its time, and its priority is a head start. */
export const orderOf = ({ due_at, priority = 0 }: Pick<Job, "due_at" | "priority">): number =>
  Math.max(0, due_at - priority * 1000);

/**
 * Whether a slot belongs to no job any more although its lease lasts: its attempt is over, or the job was moved and will not come soon. The
 * attempt of a job that was cancelled while it ran, and deleted, may still be at work.
 */
export function isForsaken(holder: Holder, job: Job | undefined, now: number): boolean {
  if (!job) return holder.given === true;
  if (!isOfAttempt(holder.turn, job)) return true;
  if (job.status === "running") return false;
  // The attempt of a job that was cancelled while it ran may still be at work.
  if (job.status === "cancelled") return job.attempts.at(-1)?.outcome !== "cancelled";
  if (job.status === "scheduled" || job.status === "queued") {
    return job.due_at > now && job.reserved?.until !== job.due_at;
  }
  return true;
}
