import { isFinished, type Job } from "../job/job.ts";
import { type SharedKey, uniqueKeyOf } from "../job/shared-key.ts";
import { TransientError } from "../kernel/errors.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { SharedKeys } from "../ports/shared-keys.ts";
import { type Changing, cancelJob } from "./change-job.ts";
import { keptMs } from "./shared-scheduling.ts";

export interface Retrying {
  jobs: Pick<JobStore, "get">;
  sharedKeys: SharedKeys;
  clock: Clock;
}

const rounds = 10;

/**
 * Gives a failed job its unique key again, so that it can be retried. Throws STATE_CONFLICT if another job of the key is open.
 * A job without a unique key costs no call.
 */
export async function requireKey(services: Retrying, job: Job): Promise<void> {
  const key = uniqueKeyOf(job);
  if (!key || job.status !== "failed") return;
  for (let round = 0; round < rounds; round++) if ((await takeKey(services, job, key)) === "taken") return;
  throw new TransientError("CONTENDED", "too many requests have the job's unique key");
}

/** Throws STATE_CONFLICT where `requireKey` would, and gives the key to nobody. */
export async function checkKey(services: Pick<Retrying, "jobs" | "sharedKeys">, job: Job): Promise<void> {
  const key = uniqueKeyOf(job);
  if (key && job.status === "failed") await holderOf(services, job, key);
}

/** Who has the job's key. Throws STATE_CONFLICT if it is another job that is open. */
async function holderOf({ jobs, sharedKeys }: Pick<Retrying, "jobs" | "sharedKeys">, job: Job, key: SharedKey) {
  const holder = await sharedKeys.get(key);
  if (holder === undefined || holder.job_id === job.id) return { holder };
  const other = await jobs.get(holder.job_id);
  if (other && !isFinished(other)) throw isOpen(job, other);
  return { holder, other };
}

async function takeKey(services: Retrying, job: Job, key: SharedKey): Promise<"taken" | "again"> {
  const { sharedKeys, clock } = services;
  const { holder, other } = await holderOf(services, job, key);
  if (holder?.job_id === job.id) return "taken";
  // As long as the later request has not stored its job, this one still counts as the job of the key.
  if (!other && holder?.previous === job.id) return "taken";
  const next = { job_id: job.id, token: crypto.randomUUID(), ...(other && { previous: other.id }) };
  const until = job.repeat ? undefined : clock.now() + keptMs.key;
  return (await sharedKeys.move(key, holder?.token, next, until)) === "moved" ? "taken" : "again";
}

/**
 * Cancels a job that was retried while a request made another one with its key: each of the two looks for the other one after
 * its own write. Throws STATE_CONFLICT then.
 */
export async function yieldKey(services: Retrying & Changing, job: Job): Promise<void> {
  const key = uniqueKeyOf(job);
  const holder = key && (await services.sharedKeys.get(key));
  if (!holder || holder.job_id === job.id) return;
  const other = await services.jobs.get(holder.job_id);
  if (!other || isFinished(other)) return;
  await cancelJob(services, job.id, "a later request with its unique key came first");
  throw isOpen(job, other);
}

const isOpen = (job: Job, other: Job) =>
  new RequestError(
    "STATE_CONFLICT",
    `Another job with its unique key is open: ${other.id}. Retry it once that one has ended, or cancel that one.`,
    { jobId: job.id, jobStatus: job.status },
  );
