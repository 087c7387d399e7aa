import * as z from "zod";
import type { JobErrorCode } from "./job-error.ts";

/** The job types. `consumers/types/definitions.ts` says what each of them is. */
export const jobTypes = ["action", "notification", "database_action", "function", "storage", "feature"] as const;
export type JobType = (typeof jobTypes)[number];

export const jobStatuses = ["scheduled", "queued", "running", "completed", "failed", "cancelled", "paused"] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** The part of the index a job is listed under: everything that is not finished is `pending`. */
export type Phase = "pending" | "completed" | "failed" | "cancelled";

/** A JSON value that is kept inline while small and in the blob store once it is not (DESIGN 6). */
export type Stored = { inline: unknown } | { blob: string; bytes: number };

export interface RetryPolicy {
  /** Milliseconds before the second attempt, before jitter. */
  initial_delay: number;
  /** Milliseconds that no delay exceeds, before a provider's Retry-After. */
  max_delay: number;
  backoff_multiplier: number;
  /** Full jitter: a uniformly random delay between 0 and the computed one. */
  jitter: boolean;
  /** Error codes that are retried although they are permanent by default. */
  retryable_errors: JobErrorCode[];
  /** Error codes that are never retried; wins over `retryable_errors`. */
  non_retryable_errors: JobErrorCode[];
}

/** The series of a recurring job. */
export interface Repeat {
  /** Either a cron expression, of 5 fields or 6 with seconds first, in `tz` (default UTC), */
  cron?: string;
  tz?: string;
  /** or an interval of at least 1000 ms, counted from `anchor`. */
  every?: number;
  anchor: number;
  /** The most runs, explicit ones included. */
  limit?: number;
  /** Epoch milliseconds after which no run is planned. */
  end_date?: number;
  /** What becomes of occurrences that a run has outlasted: none of them runs, or one does, at once. */
  overlap: "skip" | "queue";
}

/** One occurrence of a recurring job once it has ended, as it is archived. All times are epoch milliseconds. */
export interface RunRecord {
  job_id: string;
  run: number;
  /** Of the job at the run's end: tells the outcome that was accepted from one that came too late. */
  version: number;
  /** The job's: one that was deleted leaves its runs behind, and a repeated key gives its id to another. */
  created_at: number;
  status: "completed" | "failed" | "cancelled";
  /** When it was planned; `due_at` is that of its last attempt. */
  scheduled_at: number;
  due_at: number;
  started_at?: number;
  finished_at: number;
  attempts: Attempt[];
  result?: Stored;
  error?: AttemptError;
  reason?: string;
}

export interface AttemptError {
  code: JobErrorCode;
  message: string;
  retryable: boolean;
}

/** The step of a feature that a job is: what its end wakes. */
export interface Parent {
  /** The message that the feature's consumer claims by. */
  message: JobMessage;
  /** `sequence.step`. */
  step: string;
}

/** One try at a run, as it is kept with the job. All times are epoch milliseconds. */
export interface Attempt {
  attempt: number;
  due_at: number;
  started_at: number;
  ended_at: number;
  outcome: "completed" | "failed" | "cancelled";
  /** How often this attempt was started and not heard of again before it ended. */
  crashes?: number;
  error?: AttemptError;
}

/** The whole stored job: one DynamoDB item. All times are epoch milliseconds. */
export interface Job {
  id: string;
  product: string;
  env: string;
  event: string;
  type: JobType;
  app?: string;
  input: Stored;
  status: JobStatus;
  run: number;
  attempt: number;
  due_at: number;
  /** When the caller asked for it to start; `due_at` of the first attempt. */
  scheduled_at: number;
  created_at: number;
  timeout_ms: number;
  retries: number;
  retry_policy: RetryPolicy;
  /** The attempts before the last explicit retry: they do not count against `retries`. */
  retried_after?: number;
  repeat?: Repeat;
  /** The run stands for every occurrence up to this time, which an outage or a long run has made miss. */
  coalesced_until?: number;
  /** The attempt that ended the run before this one: how that run went, for whom the table's stream wakes. */
  last_run?: Attempt;
  /** A running occurrence of the series is the last one for now. */
  pause_requested?: true;
  expires_at?: number;
  labels?: string[];
  /** Hash of the request, to tell a repeated idempotency key from a reused one. */
  fingerprint: string;
  /** What the log has the request that made it under: where it came by HTTP, API Gateway's id of it. */
  request_id?: string;
  /** Raised by one with every write: the optimistic lock of every transition but the claim. */
  version: number;
  /** Random, fresh with every whole write: tells a writer whose answer was lost that the write was its own. */
  write_id: string;
  /** Present only while running: the fencing token of the consumer that owns the attempt, and until when it does. */
  claim_id?: string;
  lease_until?: number;
  /** How often the current attempt was claimed; all claims but the last one crashed. */
  claims: number;
  started_at?: number;
  /** When a parked job (a feature between two decisions) first started: its claims are many, its attempt is one. */
  parked_since?: number;
  /** When the reconciler wakes a parked job. */
  wake_at?: number;
  /** When a message comes that wakes a parked job which AWS has refused something. */
  again_at?: number;
  /** Since when every decision of a parked job has failed by a fault of ours. */
  failing_since?: number;
  /** A wake-up has come while a decision was under way: who makes it asks for one more. */
  woken?: true;
  finished_at?: number;
  parent?: Parent;
  /** The tasks of Step Functions that wait for its end, the latest last. Bearer secrets: no answer, event or log has them. */
  task_tokens?: string[];
  attempts: Attempt[];
  progress?: Stored;
  result?: Stored;
  error?: AttemptError;
  /** Why it was cancelled. */
  reason?: string;
}

/** What travels through SQS and EventBridge Scheduler: never the input (DESIGN 5). */
export const JobMessage = z.strictObject({
  v: z.literal(1),
  job_id: z.string(),
  run: z.int().min(1),
  attempt: z.int().min(1),
  due_at: z.int().min(0),
  /** It came to another type's queue before, and was sent on to that of its job's. */
  forwarded: z.literal(true).optional(),
});
export type JobMessage = z.infer<typeof JobMessage>;

export const messageOf = (job: Job): JobMessage => ({
  v: 1,
  job_id: job.id,
  run: job.run,
  attempt: job.attempt,
  due_at: job.due_at,
});

/** The tenant of a job: SQS message group (fair queues) and index partition. */
export const tenantOf = (job: Pick<Job, "product" | "env">): string => `${job.product}:${job.env}`;

export const phaseOf = (status: JobStatus): Phase =>
  status === "completed" || status === "failed" || status === "cancelled" ? status : "pending";

export const isFinished = (job: Pick<Job, "status">): boolean => phaseOf(job.status) !== "pending";

/** For its time, or for a consumer. */
export const isWaiting = ({ status }: Pick<Job, "status">): boolean => status === "scheduled" || status === "queued";

/** A job's place in the order of its phase: a parked job is looked at when it should wake. */
export function phaseTime(job: Job): number {
  if (isFinished(job)) return job.finished_at ?? job.due_at;
  return job.status === "paused" ? never : (job.wake_at ?? job.due_at);
}

/** The last time there is: a paused job must not stand at the head of those that are overdue. */
export const never = 8.64e15;

/**
 * The status to show: a scheduled job whose time has come waits in its queue, so it is `queued`. Deriving it saves the
 * write that would record the hand-over.
 */
export const shownStatus = (job: Pick<Job, "status" | "due_at">, now: number): JobStatus =>
  job.status === "scheduled" && job.due_at <= now ? "queued" : job.status;
