import { fairGroupOf, type Job, jobMessageOf } from "../../../core/job/job.ts";
import { JobError, MissingInCatalog } from "../../../core/job/job-error.ts";
import { quarterHourMs } from "../../../core/job/route.ts";
import {
  attemptFailed,
  beginsRun,
  isParked,
  type NextDecision,
  parked,
  wakeRequested,
} from "../../../core/job/transitions.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import { cancelSteps } from "../../../core/operations/change-job.ts";
import { timerName, wakeAt } from "../../../core/operations/dispatch.ts";
import { stepReasons } from "../../../core/operations/parent-guard.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { AttemptPolicy, Recorded, Transition } from "../../engine/attempt-policy.ts";
import { missingPauseMs, noteMissing, waitForEvent } from "../../engine/missing-event.ts";
import { faultPauseMs, giveUpAfterMs, isPassingFault, retryAt, retryPauseMs } from "./retry-decision.ts";

/** How long after the time of a message to retry a decision the reconciler wakes the feature if the message was lost. */
const lostAfterMs = 55_000;

/** How long after the end of a lease the message for the next decision comes, since clocks differ: one that is early is deleted. */
const afterLeaseMs = 2000;

/**
 * The attempt policy of features: an attempt is a series of decisions, each made by whichever message claims the job next.
 * A decision that fails is retried unless a step is to blame, and the end of a feature ends its steps.
 */
export const decisionPolicy: AttemptPolicy = {
  keepsDefinition: true,

  async onTaken({ jobs }, job) {
    // The decision under way may have missed what this message reports, so the job notes that another decision is needed. If
    // each message were sent again instead, those of many steps, and the duplicates of SQS, would multiply.
    if (job.wake_requested) return "noted";
    return (await jobs.replace(wakeRequested(job))) === "replaced" ? "noted" : "changed";
  },

  async onThrown(services, job, { error, isOutOfTime, hasBegun }) {
    // A decision that ran out of time may still be running. Another one is safe only once its lease has expired.
    if (isOutOfTime && hasBegun) {
      await wakeRun(services, job, (job.lease_until ?? services.clock.now()) + afterLeaseMs);
      throw error;
    }
    if (error instanceof MissingInCatalog) return waitForCatalog(services, job, error);
    // One that had not begun was only waiting for AWS.
    if (isOutOfTime) return retryDecision(services, job, error, true);
    return error instanceof JobError ? undefined : retryDecision(services, job, error, isPassingFault(error));
  },

  async onRecorded(services, recorded) {
    const { ended } = recorded;
    const cancelled = ended.status === "failed" && cancelSteps(services, ended, stepReasons.featureFailed);
    await Promise.all([cancelled, sendWakeUp(services, recorded)]);
  },

  onCancelled: (services, job) => cancelSteps(services, job, stepReasons.featureCancelled),
};

/**
 * The feature after a decision that failed although no step is to blame: it is parked until the decision is retried. A refusal
 * by AWS is retried every few seconds for as long as it lasts. A fault of the scheduler is retried at growing intervals, and
 * fails the feature after an hour.
 */
function retryDecision({ clock, log }: ConsumerServices, job: Job, cause: unknown, isRefused: boolean): Transition {
  const now = clock.now();
  if (isRefused) {
    log.warn("AWS refused a decision; it will be retried", traceOf(cause));
    // The time of a refusal does not count towards the hour for which the scheduler's own faults are retried.
    const failing_since = job.failing_since && job.failing_since + retryPauseMs;
    return (of) => parkedToRetry(of, { ...retryAt(of, now), ...(failing_since !== undefined && { failing_since }) });
  }
  log.error("decision failed; it will be retried", traceOf(cause));
  const { failing_since = now } = job;
  if (now - failing_since >= giveUpAfterMs) {
    return (of) => attemptFailed(of, now, { error: givenUp(cause), random: 0 });
  }
  return (of) => parkedToRetry(of, { ...retryAt(of, now, faultPauseMs(failing_since, now)), failing_since });
}

/** A run that has begun waits, as its steps do: without its product nobody knows how to go on with it, or what is to be undone. */
function waitForCatalog({ log, clock }: ConsumerServices, job: Job, error: MissingInCatalog): Transition | undefined {
  const now = clock.now();
  const hasBegun = !beginsRun(job) && (job.definition !== undefined || job.progress !== undefined);
  if (!hasBegun) return waitForEvent(log, job, error, now);
  noteMissing(log, job, job.event, error.message);
  return (of) => parkedToRetry(of, retryAt(of, now, missingPauseMs));
}

const parkedToRetry = (job: Job, retry: NextDecision & { retry_decision_at: number }): Job =>
  parked(job, job.progress ?? { inline: {} }, retry.retry_decision_at + lostAfterMs, { ...keptTimer(job), ...retry });

/** The message for it is under way already. */
const keptTimer = ({ timer_at }: Job) => defined({ timer_at });

const givenUp = (cause: unknown) =>
  new JobError(
    "CRASHED",
    `The feature's decisions have failed for ${giveUpAfterMs / 60_000} minutes because of a fault of the scheduler, not of a step. The log of the function consumer-feature has the stack trace under this job's id. Fix the cause, then retry the job.`,
    { retryable: false, cause },
  );

/** Sends the message for the next decision if the recorded decision has to be retried or another one was requested. */
async function sendWakeUp(services: ConsumerServices, { claimed, before, next }: Recorded): Promise<void> {
  const { retry_decision_at } = next;
  const now = services.clock.now();
  await setTimer(services, claimed, next);
  if (retry_decision_at !== undefined && retry_decision_at !== claimed.retry_decision_at) {
    // The message of a failed decision is deleted like any other, so only this count shows a long refusal by AWS or a fault of
    // the scheduler.
    services.log.measure("a decision will be retried", { values: { messages_failed: 1 } });
    await wakeRun(services, next, retry_decision_at);
  }
  if (before.wake_requested && isParked(next) && !isSoon(next, now)) await wakeRun(services, next, now);
}

/**
 * Whether the decision is retried so soon that what another message reports can wait for that. It cannot where a step waits minutes for an
 * event that the catalog has lost. A decision that a fault of ours breaks would only break again.
 */
const isSoon = ({ retry_decision_at, failing_since }: Job, now: number): boolean =>
  retry_decision_at !== undefined && (failing_since !== undefined || retry_decision_at <= now + retryPauseMs);

/** How far ahead a timer must be for its message to be still with the Scheduler, and not in the queue. */
const withSchedulerMs = quarterHourMs;

/** Sends the message for the next wait that ends by time, and takes back that of one which has ended otherwise. */
async function setTimer(services: ConsumerServices, claimed: Job, next: Job): Promise<void> {
  const { clock, log, scheduler } = services;
  const [before, after] = [claimed.timer_at, next.timer_at];
  if (before === after) return;
  const failed = (error: unknown) =>
    log.warn("the timer of a wait could not be set or taken back; the reconciler wakes the job", traceOf(error));
  const isScheduled = before !== undefined && before - clock.now() > withSchedulerMs;
  await Promise.all([
    isScheduled && scheduler.unschedule(timerName(claimed, before)).catch(failed),
    after !== undefined && wakeAt(services, next, after).catch(failed),
  ]);
}

/** Sends the message that wakes a parked job at `at`. */
const wakeRun = ({ queue, clock, log }: ConsumerServices, job: Job, at: number): Promise<void> => {
  const delaySeconds = Math.max(0, Math.round((at - clock.now()) / 1000));
  return queue.send(job.type, jobMessageOf(job), { delaySeconds, group: fairGroupOf(job) }).catch((error) => {
    log.warn("SQS refused the wake-up; the reconciler wakes the job", traceOf(error));
  });
};
