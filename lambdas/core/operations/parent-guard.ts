import { isCodeProgress } from "../job/code-progress.ts";
import { isFinished, type Job, type Parent } from "../job/job.ts";
import { stepJobId, undoJobId } from "../job/job-id.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { JobStore } from "../ports/job-store.ts";
import { load } from "./payload.ts";

/** Why a step was cancelled by the end of its feature. A retry of the feature runs such a step again. These strings are stored. */
export const stepReasons = {
  featureCancelled: "its feature was cancelled",
  featureFailed: "its feature failed",
  featureOver: "its feature is over",
} as const;

/** Whether the end of its feature cancelled a step. */
export const endedWithFeature = ({ status, reason }: Job): boolean =>
  status === "cancelled" && Object.values<unknown>(stepReasons).includes(reason);

/**
 * Whether a step must not start because its feature, or the feature's run that it belongs to, is over or about to end. A step that a
 * caller retries by hand may run on its own, unless its feature was cancelled. An undo is for the end of its feature only, and a caller
 * may always try it again.
 */
function isOrphan(step: Job, feature: Job | undefined): boolean {
  if (step.parent?.undo) return step.retried_after === undefined && !isUndoing(feature, step.parent);
  if (feature?.ending) return true;
  if (step.retried_after !== undefined && !step.revived) return feature?.status === "cancelled";
  return !feature || isFinished(feature) || feature.run !== step.parent?.message.run;
}

/** Whether it is in this attempt that the feature undoes its steps: at its end, or where a handler in code does so as it fails. */
const isUndoing = (feature: Job | undefined, { message: { run, attempt } }: Parent): boolean =>
  feature !== undefined && !isFinished(feature) && feature.run === run && feature.attempt === attempt;

/** Whether this is the step's own feature: a repeated idempotency key may have given the id of a deleted one to another. */
function isStepOf({ id, parent }: Job, feature: Job): boolean {
  if (!parent) return false;
  const { step, message, undo } = parent;
  const of = { ...feature, run: message.run, attempt: message.attempt };
  return id === (undo ? undoJobId(of, step) : stepJobId(of, step));
}

/**
 * The id of the feature whose end forbids the job to start: the one that it is a step of, or one further up. A feature's end
 * cancels the steps that its progress names. A decider that died just after it created a step did not record it, so the step
 * has to look for itself.
 */
export async function endedParentOf({ jobs }: { jobs: Pick<JobStore, "get"> }, job: Job): Promise<string | undefined> {
  for (let step = job; step.parent; ) {
    // What a run undoes at its end is undone whatever has become of its own feature, and an abandoned one does not follow its feature.
    if (step.ending || step.parent.on_end === "abandon") return undefined;
    const { job_id, attempt } = step.parent.message;
    const found = await jobs.get(job_id);
    // The run was rolled back, and has begun anew without this step.
    if (!step.parent.undo && attempt < (found?.begun_anew ?? 0)) return job_id;
    const feature = found && isStepOf(step, found) ? found : undefined;
    if (isOrphan(step, feature)) return job_id;
    if (step.parent.undo || !feature || isFinished(feature)) return undefined;
    step = feature;
  }
  return undefined;
}

/**
 * Whether a step was called within another one, by a handler in code: its key has that of the other before a slash. One that the run
 * abandons does not follow it.
 */
const isNested = ({ parent }: Job): boolean =>
  parent !== undefined && !parent.undo && parent.on_end !== "abandon" && parent.step.includes("/");

/** Whether a job has not begun before: what has, was recorded then, and need not be open by now. */
const isNew = ({ retried_after, attempts, progress, ending }: Job): boolean =>
  retried_after === undefined && attempts.length === 0 && progress === undefined && ending === undefined;

/**
 * Whether the run of a nested step has recorded it, or need not. A decision that began it and was lost, since the run was cancelled meanwhile, is
 * made again with the cancelling, and the handler may not come to the call then: whether the function of the step around it
 * makes calls is known only once it has begun. What had been done by then, nobody would undo.
 */
export async function isRecorded(
  { jobs, blobs }: { jobs: Pick<JobStore, "get">; blobs: Parameters<typeof load>[0] },
  job: Job,
): Promise<boolean> {
  if (!job.parent || !isNested(job) || !isNew(job)) return true;
  const { job_id, run, attempt } = job.parent.message;
  const feature = await jobs.get(job_id);
  // What the end or another attempt of it means for the step is asked elsewhere.
  if (!feature?.progress || !isStepOf(job, feature) || feature.run !== run || feature.attempt !== attempt) return true;
  const progress = await load(blobs, feature.progress);
  if (!isCodeProgress<{ job_id?: string }>(progress)) return true;
  return Object.values(progress.code.open).some((open) => open.job_id === job.id);
}

/**
 * Refuses to retry a step whose feature was cancelled, because it would cancel itself once it is claimed, although its caller was
 * told that it runs. A step whose feature is cancelled a moment later still does that. Throws STATE_CONFLICT.
 */
export async function requireFeature(services: { jobs: Pick<JobStore, "get"> }, job: Job): Promise<void> {
  if (job.status !== "failed") return;
  const { revived: _before, ...step } = job;
  const feature = await endedParentOf(services, { ...step, retried_after: job.attempt });
  if (feature === undefined) return;
  const why = `The job is a step of the feature ${feature}, which is over. It would be cancelled instead of run: schedule a new feature.`;
  throw new RequestError("STATE_CONFLICT", why, { jobId: job.id, jobStatus: job.status });
}
