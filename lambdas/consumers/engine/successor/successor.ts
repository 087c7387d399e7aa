import { calendarsOf } from "../../../core/catalog/calendars.ts";
import type { Job, JobMessage } from "../../../core/job/job.ts";
import { continued, successorOf, supersededRun, supersededWhileWaiting, takenOver } from "../../../core/job/series.ts";
import { cancelSteps, dispatchFollowUps } from "../../../core/operations/change-job.ts";
import { stepReasons } from "../../../core/operations/parent-guard.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { forward } from "../admission/misdirected.ts";
import type { AttemptPolicy, Recorded } from "../attempt-policy.ts";
import type { Admit, Entering } from "../context.ts";
import { leaseMarginMs } from "../lease.ts";
import { recordOutcome } from "../record.ts";

/**
 * Behind the claim, which reads the job and refuses the message of the next run. Once that has ended the current run, all has to be asked
 * again: the job may have been paused meanwhile, and another run has other gates.
 */
export const successor: Admit = async (entering) => {
  const { services, engine, message, refused } = entering;
  const { job } = refused ?? {};
  if (refused?.outcome !== "gone" || !job || !isSuccessor(services, job, message)) return undefined;
  if (engine.type !== undefined && job.type !== engine.type) return forward(services, message, job);
  await supersede(entering, job);
  return "again";
};

/** Whether a message begins the next run of a job, and so ends the current one. */
export function isSuccessor({ catalog, clock }: ConsumerServices, job: Job, message: JobMessage): boolean {
  // A run that undoes its steps is not ended once more: the next one starts after it.
  if (message.run !== job.run + 1 || message.attempt !== 1 || job.ending) return false;
  const at = job.next_at ?? successorOf(job, clock.now(), calendarsOf(catalog, job.product));
  return at === message.due_at;
}

/**
 * Ends the current run of a job because the message of the next one has come, and is due. Returns whether the job has changed, so
 * that the message may claim it now. A crash in between leaves `next_at` with the job: the next claim of the run then ends it.
 */
export async function supersede({ services, engine, message }: Entering, job: Job): Promise<boolean> {
  if (!isSuccessor(services, job, message)) return false;
  const ended =
    job.status === "running"
      ? await endRunning(services, job, message.due_at, engine.policy)
      : await endWaiting(services, job, message.due_at);
  if (ended) {
    services.log.info("run cancelled by the next one", { run: ended.ended.run });
    const isNamed = ended.next.run === message.run && ended.next.due_at === message.due_at;
    await cancelSteps(services, ended.ended, stepReasons.featureCancelled);
    if (!isNamed) await dispatchFollowUps(services, ended.next);
  }
  return true;
}

type Ended = Pick<Recorded, "ended" | "next">;

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
  return recordOutcome(services, taken, (of) => supersededRun(of, services.clock.now(), at), policy);
}

async function endWaiting(services: ConsumerServices, job: Job, at: number): Promise<Ended | undefined> {
  const ended = supersededWhileWaiting(job, at);
  if (ended.ending) return (await services.jobs.replace(ended)) === "replaced" ? { ended, next: ended } : undefined;
  const series = continued(ended, services.clock.now(), calendarsOf(services.catalog, job.product));
  if (!series) return undefined;
  await services.jobs.archive(series.run);
  const isReplaced = (await services.jobs.replace(series.next)) === "replaced";
  return isReplaced ? { ended, next: series.next } : undefined;
}
