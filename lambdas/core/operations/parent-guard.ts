import { isFinished, type Job } from "../job/job.ts";
import { stepJobId } from "../job/job-id.ts";
import type { JobStore } from "../ports/ports.ts";
import { RequestError } from "../requests/request-error.ts";

/** Why a step is cancelled that nobody has asked to cancel: a feature that is retried does it all the same. */
export const stepReasons = {
  featureCancelled: "its feature was cancelled",
  featureFailed: "its feature failed",
  featureOver: "its feature is over",
} as const;

/** Whether it was its feature's end that cancelled a step. */
export const endedWithFeature = ({ status, reason }: Job): boolean =>
  status === "cancelled" && Object.values<unknown>(stepReasons).includes(reason);

/**
 * Whether a step must not start because its feature, or the run of it that the step belongs to, is over. Who retries a
 * step of a feature that nobody has cancelled wants the step by itself.
 */
function isOrphan(step: Job, feature: Job | undefined): boolean {
  if (step.retried_after !== undefined) return feature?.status === "cancelled";
  return !feature || isFinished(feature) || feature.run !== step.parent?.message.run;
}

/** A feature that was deleted may have left its id to another, by its idempotency key. */
const isStepOf = ({ id, parent }: Job, feature: Job): boolean =>
  parent !== undefined && id === stepJobId({ ...feature, run: parent.message.run }, parent.step);

/**
 * The id of the feature that the job is a step of, however far up, and whose end forbids the step to start. A feature's end
 * cancels the steps that its progress names, but a decider that has died after it created one has told nobody: only the step
 * knows of its feature.
 */
export async function endedParentOf({ jobs }: { jobs: Pick<JobStore, "get"> }, job: Job): Promise<string | undefined> {
  for (let step = job; step.parent; ) {
    const { job_id } = step.parent.message;
    const found = await jobs.get(job_id);
    const feature = found && isStepOf(step, found) ? found : undefined;
    if (isOrphan(step, feature)) return job_id;
    if (!feature || isFinished(feature)) return undefined;
    step = feature;
  }
  return undefined;
}

/**
 * Refuses to retry the step of a feature that was cancelled: under its claim it would cancel itself, and its caller would have
 * been told that it runs. One whose feature is cancelled a moment later still does that. Throws STATE_CONFLICT.
 */
export async function requireFeature(services: { jobs: Pick<JobStore, "get"> }, job: Job): Promise<void> {
  if (job.status !== "failed") return;
  const feature = await endedParentOf(services, { ...job, retried_after: job.attempt });
  if (feature === undefined) return;
  const why = `The job is a step of the feature ${feature}, which is over. It would be cancelled instead of run: schedule a new feature.`;
  throw new RequestError("STATE_CONFLICT", why, { jobId: job.id, jobStatus: job.status });
}
