import { isRefusal } from "../../../aws/client/refusal.ts";
import { traceOf } from "../../../core/errors.ts";
import { type Job, messageOf, tenantOf } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { attemptFailed, type ParkedFor, parked } from "../../../core/job/transitions.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { RequestError } from "../../../core/requests/request-error.ts";

/** When AWS has refused a part of a decision, and after a decision's first failure by a fault of ours. */
const againMs = 5000;
/** SQS delays no message longer. */
const longestPauseMs = 900_000;
/** How long a feature's decisions may fail by a fault of ours: long enough to deploy a repair. */
const giveUpAfterMs = 3_600_000;
/** The reconciler's turn, if the message that asks again is lost. */
const lostAfterMs = 55_000;
/** By less the clocks of two Lambdas differ: the one that asks again may find itself early by another's clock. */
const clocksApartMs = 1000;

/**
 * Whether an error says that AWS would not do it for now, which may last, and mends itself; any other one is a fault of ours.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  if (!(error instanceof RequestError)) return isRefusal(error);
  return error.code === "UNAVAILABLE" && (error.cause === undefined || isPassing(error.cause));
}

/**
 * What a feature is after a decision that failed although no step is to blame: parked until it decides again. What AWS
 * refuses is asked again every few seconds, for as long as it refuses; what fails by a fault of ours ever more seldom, and
 * after an hour the feature fails.
 */
export function decidingAgain({ clock, log }: ConsumerServices, job: Job, cause: unknown): (of: Job) => Job {
  const now = clock.now();
  if (isPassing(cause)) {
    log.warn("AWS refused a decision; it is made again", traceOf(cause));
    // Faults of ours are still counted from their first, but for the time that AWS refuses.
    const failing_since = job.failing_since && job.failing_since + againMs;
    return (of) => parkedAgain(of, { ...askingAgain(of, now), ...(failing_since !== undefined && { failing_since }) });
  }
  log.error("decision failed; it is made again", traceOf(cause));
  const { failing_since = now } = job;
  if (now - failing_since >= giveUpAfterMs) {
    return (of) => attemptFailed(of, now, { error: givenUp(cause), random: 0 });
  }
  const pause = Math.min(longestPauseMs, now - failing_since);
  return (of) => parkedAgain(of, { ...askingAgain(of, now, pause), failing_since });
}

const parkedAgain = (job: Job, until: ParkedFor & { again_at: number }): Job =>
  parked(job, job.progress ?? { inline: {} }, until.again_at + lostAfterMs, until);

const givenUp = (cause: unknown) =>
  new JobError(
    "CRASHED",
    `The feature's decisions have failed for ${giveUpAfterMs / 60_000} minutes by a fault of the scheduler, not of a step. The log of the function consumer-feature has the trace under this job's id; retry the job once that is mended.`,
    { retryable: false, cause },
  );

/**
 * Of the messages that a refused decision was made for one asks again, all others end with theirs: if each did, what SQS
 * doubles in an outage would become ever more.
 */
export const askingAgain = ({ again_at = 0 }: Job, now: number, pauseMs = 0) => ({
  again_at: again_at > now + clocksApartMs ? again_at : now + Math.max(againMs, pauseMs),
});

/** Sends the message that wakes a parked job at a time, at once by default. */
export const wakeAgain = ({ queue, clock, log }: ConsumerServices, job: Job, at = 0): Promise<void> => {
  const delaySeconds = Math.max(0, Math.round((at - clock.now()) / 1000));
  return queue.send(job.type, messageOf(job), { delaySeconds, group: tenantOf(job) }).catch((error) => {
    log.warn("SQS refused the wake-up; the reconciler wakes the job", traceOf(error));
  });
};
