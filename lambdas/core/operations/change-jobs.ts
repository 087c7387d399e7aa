import { TransientError } from "../errors.ts";
import type { Job } from "../job/job.ts";
import type { BulkAction } from "../requests/bulk-request.ts";
import { RequestError } from "../requests/request-error.ts";
import { type Changing, cancel, changeJob, pause, resume, retry } from "./change-job.ts";
import { deleteWithResults } from "./delete-job.ts";
import { inParallel } from "./in-parallel.ts";
import { requireFeature } from "./parent-guard.ts";
import { type Retrying, requireKey, yieldKey } from "./retry-unique.ts";

/** A job that was not changed, and why. */
export interface Unchanged {
  job_id: string;
  code: string;
  detail: string;
}

/** How many jobs change at a time. Each change is a read, a write and a call of a queue or the Scheduler. */
const atOnce = 10;

const works: Record<BulkAction, (services: Changing & Retrying, job: Job, reason: string) => Promise<unknown>> = {
  cancel: (services, { id }, reason) => changeJob(services, id, cancel(reason)),
  pause: (services, { id }) => changeJob(services, id, pause),
  resume: (services, { id }) => changeJob(services, id, resume),
  retry: async (services, job) => {
    await requireFeature(services, job);
    await requireKey(services, job);
    await changeJob(services, job.id, retry(0));
    await yieldKey(services, job);
  },
  delete: (services, { id }) => deleteWithResults(services, id),
};

const refusedForNow = { code: "UNAVAILABLE", detail: "AWS refused the request for now. Try again." };

/** Applies one action to many jobs, each independently of the others. Answers the jobs that were not changed, and why. */
export async function changeJobs(
  services: Changing & Retrying,
  jobs: readonly Job[],
  action: BulkAction,
  reason: string,
  onFault: (job: Job, error: unknown) => void,
): Promise<Unchanged[]> {
  const outcomes = await inParallel(atOnce, jobs, async (job): Promise<Unchanged | undefined> => {
    try {
      await works[action](services, job, reason);
      return undefined;
    } catch (error) {
      if (error instanceof RequestError) return { job_id: job.id, code: error.code, detail: error.message };
      onFault(job, error);
      if (error instanceof TransientError) return { job_id: job.id, ...refusedForNow };
      return { job_id: job.id, code: "INTERNAL", detail: "Something went wrong on our side." };
    }
  });
  return outcomes.filter((outcome) => outcome !== undefined);
}
