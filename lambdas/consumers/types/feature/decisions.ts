import { traceOf } from "../../../core/errors.ts";
import { type Job, messageOf, tenantOf } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { attemptFailed, type DecisionRetry, isParked, parked, wakeRequested } from "../../../core/job/transitions.ts";
import { cancelSteps } from "../../../core/operations/change-job.ts";
import { stepReasons } from "../../../core/operations/parent-guard.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { AttemptPolicy, Recorded, Transition } from "../../engine/attempt-policy.ts";
import { faultPauseMs, giveUpAfterMs, isPassing, retryAt, retryPauseMs } from "./retry-decision.ts";

/** When the reconciler wakes a feature whose message to retry a decision was lost, counted from that message's time. */
const lostAfterMs = 55_000;

/**
 * The attempt policy of features: an attempt is a series of decisions, each made by whichever message claims the job next.
 * A decision that fails is retried unless a step is to blame, and the end of a feature ends its steps.
 */
export const decisionPolicy: AttemptPolicy = {
  async onTaken({ jobs }, job) {
    // The decision under way may have missed what this message is about, so its maker is asked to request another one. If
    // each message came again instead, those of many steps, and the copies that SQS makes, would multiply.
    if (job.wake_requested) return "noted";
    return (await jobs.replace(wakeRequested(job))) === "replaced" ? "noted" : "changed";
  },

  onThrown(services, job, { error, isOutOfTime, hasBegun }) {
    // A decision that ran out of time may still be at work: only the end of its lease shows that another one may be made.
    if (isOutOfTime && hasBegun) throw error;
    return isOutOfTime || !(error instanceof JobError) ? retryDecision(services, job, error) : undefined;
  },

  async onRecorded(services, recorded) {
    const { ended } = recorded;
    const cancelled = ended.status === "failed" && cancelSteps(services, ended, stepReasons.featureFailed);
    await Promise.all([cancelled, sendWakeUp(services, recorded)]);
  },

  onCancelled: (services, job) => cancelSteps(services, job, stepReasons.featureCancelled),
};

/**
 * What becomes of a feature after a decision that failed although no step is to blame: it is parked until the decision is
 * retried. A refusal of AWS is retried every few seconds for as long as it lasts. A fault of ours is retried less and less
 * often, and fails the feature after an hour.
 */
function retryDecision({ clock, log }: ConsumerServices, job: Job, cause: unknown): Transition {
  const now = clock.now();
  if (isPassing(cause)) {
    log.warn("AWS refused a decision; it is made again", traceOf(cause));
    // The time of a refusal does not count towards the hour that faults of ours may take.
    const failing_since = job.failing_since && job.failing_since + retryPauseMs;
    return (of) => parkedToRetry(of, { ...retryAt(of, now), ...(failing_since !== undefined && { failing_since }) });
  }
  log.error("decision failed; it is made again", traceOf(cause));
  const { failing_since = now } = job;
  if (now - failing_since >= giveUpAfterMs) {
    return (of) => attemptFailed(of, now, { error: givenUp(cause), random: 0 });
  }
  return (of) => parkedToRetry(of, { ...retryAt(of, now, faultPauseMs(failing_since, now)), failing_since });
}

const parkedToRetry = (job: Job, retry: DecisionRetry & { retry_decision_at: number }): Job =>
  parked(job, job.progress ?? { inline: {} }, retry.retry_decision_at + lostAfterMs, retry);

const givenUp = (cause: unknown) =>
  new JobError(
    "CRASHED",
    `The feature's decisions have failed for ${giveUpAfterMs / 60_000} minutes by a fault of the scheduler, not of a step. The log of the function consumer-feature has the trace under this job's id; retry the job once that is mended.`,
    { retryable: false, cause },
  );

/** Sends the message for the next decision, if the one that was recorded has to be retried or another one was requested. */
async function sendWakeUp(services: ConsumerServices, { claimed, before, next }: Recorded): Promise<void> {
  const { retry_decision_at } = next;
  if (retry_decision_at !== undefined && retry_decision_at !== claimed.retry_decision_at) {
    // The message of a failed decision is deleted like any other: only this count shows that AWS refuses for long, or that
    // the fault is ours.
    services.log.measure("a decision is made again", { values: { messages_failed: 1 } });
    await wake(services, next, retry_decision_at);
  } else if (before.wake_requested && isParked(next) && retry_decision_at === undefined) {
    await wake(services, next, services.clock.now());
  }
}

/** Sends the message that wakes a parked job at a time. */
const wake = ({ queue, clock, log }: ConsumerServices, job: Job, at: number): Promise<void> => {
  const delaySeconds = Math.max(0, Math.round((at - clock.now()) / 1000));
  return queue.send(job.type, messageOf(job), { delaySeconds, group: tenantOf(job) }).catch((error) => {
    log.warn("SQS refused the wake-up; the reconciler wakes the job", traceOf(error));
  });
};
