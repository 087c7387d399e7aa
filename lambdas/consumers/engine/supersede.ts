import { calendarsOf } from "../../core/catalog/calendars.ts";
import type { Job, JobMessage } from "../../core/job/job.ts";
import {
  continued,
  successorOf,
  superseded,
  supersededWhileWaiting,
  takenOver,
  withSuccessor,
} from "../../core/job/series.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { cancelSteps, dispatchFollowUps } from "../../core/operations/change-job.ts";
import { dispatch } from "../../core/operations/dispatch.ts";
import { stepReasons } from "../../core/operations/parent-guard.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { AttemptPolicy } from "./attempt-policy.ts";
import { leaseMarginMs } from "./lease.ts";
import { record } from "./record.ts";

/**
 * With `overlap: cancel_previous` a run that starts sends the message of the next one ahead, because somebody has to notice that the
 * next is due while this one still runs. If the message is lost, the reconciler sends another once the current attempt is due. Never
 * throws.
 */
export async function sendSuccessor(services: ConsumerServices, job: Job): Promise<void> {
  // A job that is parked, or was put off by its provider, has sent it when it started.
  if (job.parked_since !== undefined || job.snoozes !== undefined) return;
  try {
    const at = successorOf(job, services.clock.now(), calendarsOf(services.catalog, job.product));
    if (at === undefined) return;
    await dispatch(services, withSuccessor(job, at));
  } catch (error) {
    services.log.warn("the message of the next run was not sent; the reconciler sends it", traceOf(error));
  }
}

/** Whether a message is that of the run that ends the current one. */
export function isSuccessor({ catalog, clock }: ConsumerServices, job: Job, message: JobMessage): boolean {
  if (message.run !== job.run + 1 || message.attempt !== 1) return false;
  const at = job.next_at ?? successorOf(job, clock.now(), calendarsOf(catalog, job.product));
  return at === message.due_at;
}

/**
 * Ends the current run of a job because the message of the next one has come, and is due. Answers whether the job has changed, so
 * that the message may claim it now. A crash in between leaves `next_at` with the job: whoever claims the run then ends it.
 */
export async function supersede(
  services: ConsumerServices,
  job: Job,
  message: JobMessage,
  policy: AttemptPolicy,
): Promise<boolean> {
  if (!isSuccessor(services, job, message)) return false;
  const ended =
    job.status === "running"
      ? await endRunning(services, job, message.due_at, policy)
      : await endWaiting(services, job, message.due_at);
  if (ended) {
    services.log.info("run cancelled by the next one", { run: ended.ended.run });
    const isNamed = ended.next.run === message.run && ended.next.due_at === message.due_at;
    await cancelSteps(services, ended.ended, stepReasons.featureCancelled);
    if (!isNamed) await dispatchFollowUps(services, ended.next);
  }
  return true;
}

interface Ended {
  ended: Job;
  next: Job;
}

/**
 * The claim is taken first. Otherwise the consumer that has it could archive its outcome under the same version, and the archive
 * would not say which of the two was accepted.
 */
async function endRunning(
  services: ConsumerServices,
  job: Job,
  at: number,
  policy: AttemptPolicy,
): Promise<Ended | undefined> {
  const claim = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs };
  const taken = takenOver(job, claim, at);
  if ((await services.jobs.replace(taken)) === "lost") return undefined;
  return record(services, taken, (of) => superseded(of, services.clock.now(), at), policy);
}

async function endWaiting(services: ConsumerServices, job: Job, at: number): Promise<Ended | undefined> {
  const ended = supersededWhileWaiting(job, at);
  const series = continued(ended, services.clock.now(), calendarsOf(services.catalog, job.product));
  if (!series) return undefined;
  await services.jobs.archive(series.run);
  const isReplaced = (await services.jobs.replace(series.next)) === "replaced";
  return isReplaced ? { ended, next: series.next } : undefined;
}
