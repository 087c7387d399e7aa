import { type Dispatching, scheduleName, wakeParent } from "./dispatch.ts";
import { isFinished, type Job } from "./job.ts";
import { load } from "./payload.ts";
import type { BlobStore, JobStore } from "./ports.ts";
import { cancelled } from "./transitions.ts";

export interface Cancelling extends Dispatching {
  jobs: JobStore;
  blobs: BlobStore;
}

const rounds = 10;

/** What is kept with a job that its caller gave no reason for. */
export const defaultReason = "cancelled by request";

/**
 * Cancels a job that has not finished, and the steps of a feature with it. A running attempt's outcome is discarded.
 * Answers the job as it is afterwards; one that finished before stays as it is. Safe to repeat.
 */
export async function cancelJob(services: Cancelling, id: string, reason: string): Promise<Job | undefined> {
  for (let round = 0; round < rounds; round++) {
    const job = await services.jobs.get(id);
    if (!job) return undefined;
    if (isFinished(job)) {
      // Once more: an earlier cancellation may have died before it reached the steps.
      if (job.status === "cancelled") await cancelSteps(services, job, reason);
      return job;
    }
    const next = cancelled(job, services.clock.now(), reason);
    if ((await services.jobs.replace(next)) === "lost") continue;
    if (job.status === "scheduled") await services.scheduler.unschedule(scheduleName(job));
    await cancelSteps(services, next, reason);
    await wakeParent(services, next);
    return next;
  }
  throw new Error(`job ${id} changes too fast to be cancelled`);
}

/** Cancels the jobs of a feature's steps, as far as its progress names them. */
export async function cancelSteps(services: Cancelling, job: Job, reason: string): Promise<void> {
  if (job.type !== "feature" || !job.progress) return;
  const steps = (await load(services.blobs, job.progress)) as Record<string, { job_id?: string; finished_at?: number }>;
  const open = Object.values(steps).flatMap(({ job_id, finished_at }) =>
    job_id !== undefined && finished_at === undefined ? [job_id] : [],
  );
  await Promise.all(open.map((id) => cancelJob(services, id, reason)));
}
