import type { Caller } from "../job/actor.ts";
import type { Job } from "../job/job.ts";
import { TransientError } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { BulkAction } from "../requests/bulk-request.ts";
import {
  audited,
  type Changing,
  cancel,
  changeJob,
  type OnChanged,
  pauseJob,
  previewOf,
  requireFinished,
  resume,
  retry,
} from "./change-job.ts";
import { deleteWithResults } from "./delete-job.ts";
import { requireFeature } from "./parent-guard.ts";
import { checkKey, type Retrying, requireKey, yieldKey } from "./schedule-shared.ts";
import type { Services } from "./services.ts";

/** A job that was not changed, and why. */
export interface Unchanged {
  job_id: string;
  code: string;
  detail: string;
}

/** How many jobs change at a time. Each change is a read, a write and a call of a queue or the Scheduler. */
const atOnce = 10;

type Work = (
  services: Changing & Retrying & Pick<Services, "answers">,
  job: Job,
  how: Pick<BulkChange, "reason" | "caller"> & { onChanged: OnChanged },
) => Promise<unknown>;

const works: Record<BulkAction, Work> = {
  cancel: (services, { id }, { reason, caller, onChanged }) =>
    changeJob(services, id, audited(cancel(reason), { ...caller, change: "cancel" }), onChanged),
  pause: (services, { id }, { caller, onChanged }) =>
    changeJob(services, id, audited(pauseJob, { ...caller, change: "pause" }), onChanged),
  resume: (services, { id }, { caller, onChanged }) =>
    changeJob(services, id, audited(resume, { ...caller, change: "resume" }), onChanged),
  retry: async (services, job, { caller, onChanged }) => {
    await requireFeature(services, job);
    await requireKey(services, job);
    await changeJob(services, job.id, audited(retry(0), { ...caller, change: "retry" }), onChanged);
    await yieldKey(services, job);
  },
  delete: async (services, { id }, { onChanged }) => {
    const deleted = await deleteWithResults(services, id);
    await onChanged(deleted, deleted);
  },
};

/** Refuses what the action would refuse, and changes nothing. */
const rehearsals: Record<BulkAction, Work> = {
  cancel: async (services, job, { reason }) => previewOf(services, job, cancel(reason)),
  pause: async (services, job) => previewOf(services, job, pauseJob),
  resume: async (services, job) => previewOf(services, job, resume),
  retry: async (services, job) => {
    await requireFeature(services, job);
    await checkKey(services, job);
    previewOf(services, job, retry(0));
  },
  delete: async ({ clock }, job) => requireFinished(job, clock.now()),
};

const refusedForNow = { code: "UNAVAILABLE", detail: "AWS refused the request for now. Try again." };

interface BulkChange {
  action: BulkAction;
  reason: string;
  caller: Caller;
  /** Nothing is changed: the answer is what would be. */
  dryRun: boolean;
}

/**
 * Applies one action to many jobs, each independently of the others. Returns the jobs that were not changed, and why, and those
 * that are not any more what they were, as they are or were last: a job for which there was nothing to do is in neither.
 */
export async function changeJobs(
  services: Changing & Retrying & Pick<Services, "answers">,
  jobs: readonly Job[],
  { action, reason, caller, dryRun }: BulkChange,
  onFault: (job: Job, error: unknown) => void,
): Promise<{ errors: Unchanged[]; changed: Job[] }> {
  const changed: Job[] = [];
  const onChanged: OnChanged = async (_before, after) => void changed.push(after);
  const work = (dryRun ? rehearsals : works)[action];
  const outcomes = await inParallel(atOnce, jobs, async (job): Promise<Unchanged | undefined> => {
    try {
      await work(services, job, { reason, caller, onChanged });
      return undefined;
    } catch (error) {
      if (error instanceof RequestError) return { job_id: job.id, code: error.code, detail: error.message };
      onFault(job, error);
      if (error instanceof TransientError) return { job_id: job.id, ...refusedForNow };
      return { job_id: job.id, code: "INTERNAL", detail: "Something went wrong on our side." };
    }
  });
  return { errors: outcomes.filter((outcome) => outcome !== undefined), changed };
}
