import type { Job } from "../../../core/job/job.ts";
import { isParked } from "../../../core/job/transitions.ts";

/** A wake-up is lost if the consumer that should send it crashes, so the feature wakes by itself this long after its next step is due. */
const lookAgainMs = 120_000;

/** A feature among the steps may wait for months: its end is looked for once an hour, in case it was not told. */
const longestRestMs = 3_600_000;

/** When a feature looks at its steps by itself; `due` are the times at which those that have not ended are or were due. */
export const nextLook = (due: readonly number[], now: number): number =>
  fullMinute((due.length > 0 ? Math.max(now, Math.min(...due)) : now) + lookAgainMs);

/** When an open step is or was due. A feature among them that is between two decisions has nothing to tell before its next one. */
export const dueOf = (step: Job, now: number): number =>
  isParked(step) ? Math.min(step.wake_at ?? step.due_at, now + longestRestMs) : step.due_at;

/**
 * The reconciler looks once a minute. Decisions within the same minute leave the feature at the same position in the index, so
 * they cost no write to the index.
 */
const fullMinute = (time: number): number => Math.ceil(time / 60_000) * 60_000;
