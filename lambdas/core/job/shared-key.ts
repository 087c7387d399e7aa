import { defined } from "../kernel/defined.ts";
import { hasBegun, isFinished, isKnownJob, isWaiting, type Job } from "./job.ts";
import { waiting } from "./transitions.ts";

/** What a request does while another job of its key has not ended. */
export const conflictPolicies = ["skip", "replace", "cancel_running"] as const;
type ConflictPolicy = (typeof conflictPolicies)[number];

/** The debounce of a request. The key is empty where all requests of the event share one. */
export interface Debouncing {
  key: string;
  /** Milliseconds from the last request to the start. */
  delay: number;
  /** The most milliseconds from the first request to the start. */
  max_wait: number;
}

export interface Uniqueness {
  key: string;
  on_conflict: ConflictPolicy;
}

/** Names what requests share a job by: the requests of one event with the same key. */
export interface SharedKey {
  product: string;
  env: string;
  event: string;
  kind: "debounce" | "unique";
  key: string;
}

/** Which job a key has. */
export interface KeyHolder {
  job_id: string;
  /** Random, and fresh with every move of the key: an id may be used again once its job is deleted. */
  token: string;
  /** The job that had the key before. It still counts as long as there is no job with `job_id`. */
  previous?: string;
}

/** What a request came to that shares a job with another one. */
export interface Shared {
  /** Set if the request was added to a job that waits (`debounced`), or if the open job was answered (`skipped`). */
  as?: "debounced" | "skipped";
  /** The job that was cancelled for this one. */
  replaced?: string;
}

/** The most idempotency keys that a job remembers of the requests that it stands for. */
export const keptRequests = 50;

/** Whether a debounced job still takes in requests: it waits for its first attempt, and nothing of it has started. */
const takesRequests = (job: Job): boolean =>
  isKnownJob(job) && isWaiting(job) && !hasBegun(job) && !job.debounce?.closed;

/** Whether a job keeps others of its key from being made. */
export const holdsKey = (job: Job, kind: SharedKey["kind"]): boolean =>
  kind === "debounce" ? takesRequests(job) : !isFinished(job);

/**
 * When a debounced job starts by a request that is handled now. The delay begins when the request is handled: a queue that is
 * behind, or a long import, would otherwise let each request run by itself.
 */
export const debouncedStart = (asked: number, { delay, max_wait }: Debouncing, now: number, first = now): number =>
  Math.min(Math.max(asked, now + delay), first + max_wait);

/**
 * Whether a debounced job keeps its time although a later request of its key comes: its time has come, and it stands in the line of a
 * limit, or is about to. It would lose its place there with every request.
 */
export const keepsPlace = (job: Job, made: Job, now: number): boolean =>
  job.gates !== undefined && isWaiting(job) && job.due_at <= now && isAtSamePlace(job, made);

const isAtSamePlace = (a: Job, b: Job): boolean =>
  a.type === b.type && (a.priority ?? 0) === (b.priority ?? 0) && JSON.stringify(a.gates) === JSON.stringify(b.gates);

/** A debounced job with a later request of its key, from which `made` was made: it runs with that request's input and settings. */
export function debounced(job: Job, made: Job, debounce: Debouncing, now: number): Job {
  const { max_wait } = debounce;
  const due = debouncedStart(made.due_at, debounce, now, job.created_at);
  // The first place is that of the request which made the job, also if it had no key.
  const before = job.idempotency_ids ?? (made.idempotency_ids && [""]);
  const ids = before && [...before, ...(made.idempotency_ids ?? [])].slice(-keptRequests);
  return {
    ...made,
    id: job.id,
    created_at: job.created_at,
    ...defined({ made_by: job.made_by, made_by_name: job.made_by_name, by: job.by, changes: job.changes }),
    version: job.version + 1,
    // It is the next state of the job that was read (`JobStore.replace`).
    write_id: job.write_id,
    ...(keepsPlace(job, made, now)
      ? indexedFieldsOf(job)
      : { due_at: due, scheduled_at: due, status: waiting(due, now) }),
    debounce: {
      key: made.debounce?.key ?? "",
      until: job.created_at + max_wait,
      requests: (job.debounce?.requests ?? 1) + 1,
    },
    ...(ids && { idempotency_ids: ids }),
  };
}

const indexedFieldsOf = ({ due_at, scheduled_at, status, noted_wait, reserved }: Job) => ({
  ...{ due_at, scheduled_at, status },
  ...defined({ noted_wait, reserved }),
});

/** The key of a stored job that is the only open one of its key. */
export const uniqueKeyOf = ({ product, env, event, unique }: Job): SharedKey | undefined =>
  unique && { product, env, event, kind: "unique", key: unique.key };
