import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { isLeft } from "../../lambdas/core/job/roll-back.ts";
import { isSame, isWaiting } from "./ledger.ts";

/** The purpose of a change, stated more simply than in `core/operations/change-job.ts`. */
interface Promised {
  /** The change must not be refused to such a job as long as nobody else changes it. */
  mayHave(job: Job): boolean;
  /** What the answered job must be, given the job before the request; `latest` is the latest time of the change. */
  makes(answered: Job, before: Job, latest: number): boolean;
}

const expiresBefore = ({ due_at, expires_at = Number.POSITIVE_INFINITY }: Job) => expires_at <= due_at;
const isInTime = (job: Job) => !expiresBefore(job) && job.due_at <= (job.repeat?.end_date ?? Number.POSITIVE_INFINITY);

const isBetweenRuns = (job: Job) => isWaiting(job) && job.attempt === 1 && job.claims === 0 && !job.snoozes;
/** A run that its provider has put off ends before the pause. */
const isPausedInTime = (job: Job) => isPaused(job) && !(job.status === "paused" && job.snoozes);

export const isPaused = ({ status, pause_requested }: Job) => status === "paused" || pause_requested === true;

export const promises: Record<string, Promised> = {
  cancel: {
    mayHave: (job) => !isFinished(job),
    makes: ({ status, ending }) => status === "cancelled" || ending?.cause === "cancelled",
  },
  pause: { mayHave: (job) => !isFinished(job) && job.repeat !== undefined, makes: isPausedInTime },
  resume: { mayHave: (job) => !isFinished(job) && isPaused(job), makes: (job) => !isPaused(job) },
  // It may expire, or its series may end, before the time that it would be moved to.
  reschedule: {
    mayHave: (job) => isWaiting(job) && !job.expires_at && !job.repeat,
    makes: (job, before) =>
      (isWaiting(job) || job.status === "paused") && job.due_at !== before.due_at && isInTime(job),
  },
  "reschedule the series": {
    mayHave: (job) => (isBetweenRuns(job) || job.status === "paused") && job.repeat !== undefined,
    makes: (job, before) => !isSame(job.repeat, before.repeat),
  },
  retry: {
    mayHave: (job) => job.status === "failed" && !job.expires_at && !job.parent && !job.unique && !isLeft(job),
    makes: (job) => isWaiting(job) && job.retried_after === job.attempt - 1 && !expiresBefore(job),
  },
  "run now": { mayHave: isWaiting, makes: (job, _, latest) => isWaiting(job) && job.due_at <= latest },
  delete: { mayHave: isFinished, makes: () => true },
};
