import { shorten } from "../schema/sizes.ts";
import type { Claim } from "./claim.ts";
import { type Attempt, isWaiting, type Job, type JobMessage, type Stored } from "./job.ts";
import type { JobError } from "./job-error.ts";
import { isRetryable, retryDelay } from "./retry.ts";

/** How many attempts of the current run are kept with the job; older ones are forgotten. */
export const keptAttempts = 25;

/** An attempt whose lease has run out this often fails its job with CRASHED. */
export const maxCrashes = 3;
export const waiting = (dueAt: number, now: number) => (dueAt <= now ? "queued" : "scheduled");

export type Claimable = "yes" | "taken" | "gone" | "misdirected";

/** The rule of the claim (docs/design.md 7); the DynamoDB adapter states it once more as a condition expression. */
export function claimable(job: Job, message: JobMessage, now: number, type = job.type): Claimable {
  const named = job.run === message.run && job.attempt === message.attempt && job.due_at === message.due_at;
  if (!named) return "gone";
  if (!isWaiting(job) && job.status !== "running") return "gone";
  if (job.type !== type) return "misdirected";
  if (isWaiting(job)) return "yes";
  return (job.lease_until ?? 0) < now ? "yes" : "taken";
}

export const claimed = (job: Job, { claimId, leaseMarginMs, now }: Claim): Job => ({
  ...job,
  status: "running",
  claim_id: claimId,
  lease_until: now + leaseMarginMs + job.timeout_ms,
  started_at: now,
  claims: job.claims + 1,
  version: job.version + 1,
});

/**
 * A claimed job under whose claim nothing has started, as if it had not been claimed: it waits again, or is parked again
 * between two decisions.
 */
export function unclaimed(job: Job, now: number): Job {
  const { claim_id: _claim, lease_until: _lease, started_at: _started, woken: _woken, ...rest } = job;
  const claims = Math.max(0, job.claims - 1);
  const version = job.version + 1;
  // Where another claim has crashed before, its lease is over still.
  if (job.parked_since !== undefined || claims > 0)
    return { ...rest, ...startOf(job), claims, version, lease_until: 0 };
  const before = job.attempts.at(-1);
  return { ...rest, ...(before && startOf(before)), claims, version, status: waiting(job.due_at, now) };
}

const startOf = ({ started_at }: Pick<Job, "started_at">) => ({ ...(started_at !== undefined && { started_at }) });

/** Ends the current attempt: the fields of its claim go, its record is kept. */
function endAttempt(job: Job, now: number, end: Pick<Attempt, "outcome" | "error">): Job {
  const {
    claim_id: _claim,
    lease_until: _lease,
    parked_since: _since,
    wake_at: _wake,
    again_at: _again,
    failing_since: _failing,
    woken: _woken,
    ...rest
  } = job;
  const crashes = job.claims - 1;
  const attempt: Attempt = {
    attempt: job.attempt,
    due_at: job.due_at,
    started_at: job.parked_since ?? job.started_at ?? now,
    ended_at: now,
    ...end,
    ...(crashes > 0 && { crashes }),
  };
  return {
    ...rest,
    ...(job.started_at !== undefined && startOf(attempt)),
    version: job.version + 1,
    attempts: [...job.attempts, attempt].slice(-keptAttempts),
  };
}

/** What a decision that is to be made again leaves with its job. */
export type ParkedFor = Pick<Job, "again_at" | "failing_since">;

/**
 * A running job whose executor has done what there is to do for now: it stays running, but its claim is free for the
 * next message of the same attempt. That message's crashes are counted anew.
 */
export function parked(job: Job, progress: Stored, wakeAt: number, until: ParkedFor = {}): Job {
  const { claim_id: _claim, again_at: _again, failing_since: _failing, woken: _woken, ...rest } = job;
  const parked_since = job.parked_since ?? job.started_at;
  return {
    ...rest,
    lease_until: 0,
    claims: 0,
    version: job.version + 1,
    progress,
    wake_at: wakeAt,
    ...until,
    ...(parked_since !== undefined && { parked_since }),
  };
}

/** A running job whose decision is under way, and may not have seen what another message tells of. */
export const woken = (job: Job): Job => ({ ...job, woken: true, version: job.version + 1 });

/** Whether a job has lost its message as far as one can tell: what the reconciler hands over again. */
export function isStuck(job: Job, now: number, graceMs: number): boolean {
  if (isWaiting(job)) return job.due_at <= now - graceMs;
  if (job.status !== "running") return false;
  return (isParked(job) ? (job.wake_at ?? 0) : (job.lease_until ?? 0)) < now;
}

/** Between two decisions: its claim is free. */
export const isParked = (job: Job): boolean => job.status === "running" && job.claim_id === undefined;

/** A running job whose attempt succeeded. Progress is kept only where it is given: it is worth showing then. */
export function completed(job: Job, now: number, result: Stored, progress?: Stored): Job {
  const { error: _error, progress: _progress, ...rest } = endAttempt(job, now, { outcome: "completed" });
  return { ...rest, status: "completed", finished_at: now, result, ...(progress !== undefined && { progress }) };
}

export interface Failure {
  error: JobError;
  /** In [0, 1), for the jitter. */
  random: number;
  /** What the attempt achieved, for the next one. */
  progress?: Stored;
}

/** A running job whose attempt failed: scheduled again while it has retries left and the failure is worth one. */
export function attemptFailed(job: Job, now: number, { error, random, progress }: Failure): Job {
  const retryable = isRetryable(error, job.retry_policy);
  const tries = job.attempt - (job.retried_after ?? 0);
  // An item holds 400 KB, and 25 attempts: a longer message would keep the outcome itself from being written.
  const record = { code: error.code, message: shorten(error.message), retryable };
  const ended: Job = {
    ...endAttempt(job, now, { outcome: "failed", error: record }),
    error: record,
    ...(progress !== undefined && { progress }),
  };
  if (!retryable || tries > job.retries) return { ...ended, status: "failed", finished_at: now };
  const due = now + retryDelay(job.retry_policy, tries, random, error.retryAfterMs);
  return { ...ended, status: waiting(due, now), attempt: job.attempt + 1, due_at: due, claims: 0 };
}

/** A job that ends before its time. A running attempt's outcome is discarded: its claim is gone. */
export function cancelled(job: Job, now: number, reason: string): Job {
  const ended =
    job.status === "running" ? endAttempt(job, now, { outcome: "cancelled" }) : { ...job, version: job.version + 1 };
  return { ...ended, status: "cancelled", finished_at: now, reason: shorten(reason) };
}
