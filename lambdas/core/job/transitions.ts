import { defined } from "../kernel/defined.ts";
import { shorten } from "../kernel/sizes.ts";
import type { Attempt, AttemptError } from "./attempt.ts";
import type { Claim } from "./claim.ts";
import type { UndoCounts } from "./ending.ts";
import { isKnownJob, isWaiting, type Job, type JobMessage, type Stored } from "./job.ts";
import type { JobError } from "./job-error.ts";
import { askedSnoozes, type Gate } from "./job-wait.ts";
import { isRetryable, retryDelay } from "./retry.ts";
import { endingBegun, mayUndo, rolledBackBy } from "./roll-back.ts";

/** How many attempts of the current run are kept with the job; older ones are dropped. */
export const keptAttempts = 25;

/** An attempt that has crashed this often fails its job with CRASHED. */
export const maxCrashes = 3;

/** The status of a job that waits: for its time, or for a consumer once that has come. */
export const waiting = (dueAt: number, now: number) => (dueAt <= now ? "queued" : "scheduled");

export type Claimable = "yes" | "taken" | "gone" | "misdirected";

/** The rule of the claim. The DynamoDB adapter states it once more as a condition expression: one table of cases tests both. */
export function claimable(job: Job, message: JobMessage, now: number, type = job.type): Claimable {
  const named = job.run === message.run && job.attempt === message.attempt && job.due_at === message.due_at;
  if (!named || !isKnownJob(job)) return "gone";
  if (!isWaiting(job) && job.status !== "running") return "gone";
  if (job.type !== type) return "misdirected";
  if (isWaiting(job)) return "yes";
  return (job.lease_until ?? 0) < now ? "yes" : "taken";
}

export const afterClaim = (job: Job, { claimId, leaseMarginMs, now }: Claim): Job => ({
  ...job,
  status: "running",
  claim_id: claimId,
  lease_until: now + leaseMarginMs + job.timeout_ms,
  started_at: now,
  claims: job.claims + 1,
  version: job.version + 1,
});

const withBegun = (job: Job, claims: string[]): Job => {
  const { begun_claims: _begun, ...rest } = job;
  return claims.length > 0 ? { ...rest, begun_claims: claims } : rest;
};

/** The earlier claims of the attempt that are known to have begun it. */
const begunBefore = ({ begun_claims = [], claim_id }: Job): string[] => begun_claims.filter((id) => id !== claim_id);

/** Whether an earlier claim of the attempt has ended without an outcome, so that its process may have crashed by the job. */
export const mayHaveCrashed = ({ claims }: Pick<Job, "claims">): boolean => claims > 1;

/**
 * How often the attempt has crashed. Whether the first claim began is not known, since that would cost every job a write; it
 * counts. A later one counts only if it is known to have begun: the answers to any number of claims may be lost.
 */
const crashesOf = (job: Job): number => (mayHaveCrashed(job) ? 1 + begunBefore(job).length : 0);

/** A job whose code was called and has not answered: that is no crash of a consumer, whatever its claims say. */
export const unansweredFailed = (job: Job, now: number, failure: Failure): Job =>
  attemptFailed({ ...withBegun(job, []), claims: 1 }, now, failure);

/** Whether a claimed job has crashed too often to be started again. */
export const hasCrashedTooOften = (job: Job): boolean => crashesOf(job) >= maxCrashes;

/** A claimed job whose attempt begins now: written before a job that may have crashed a process is started again. */
export const withClaimBegun = (job: Job, claimId: string): Job => ({
  ...withBegun(job, [...begunBefore(job), claimId]),
  version: job.version + 1,
});

/** A job without what only the run of a feature has. */
export function withoutRun(job: Job): Job {
  const {
    definition: _definition,
    undoes: _undoes,
    code_since: _since,
    bundle: _code,
    present_since: _present,
    ending: _ending,
    rolled_back: _undone,
    begun_anew: _anew,
    timer_at: _timer,
    waits: _waits,
    called: _called,
    ...rest
  } = job;
  return rest;
}

/**
 * Whether a claimed job begins a run of its series. What it has of a run then is of the one before: version 0.3.0 plans the next run with all
 * that it does not know. A run that is begun a second time may take on another definition, since nothing was started by the first.
 */
export const beginsRun = ({ run, attempt, claims, parked_since, progress, snoozes }: Job): boolean =>
  run > 1 && attempt === 1 && claims === 1 && [parked_since, progress, snoozes].every((one) => one === undefined);

/** Whether a claimed job begins its run of code anew, since what it had done was undone: its time is that of its first decision then. */
export const beginsAnew = ({ attempt, begun_anew, claims, code_since, parked_since, progress }: Job): boolean =>
  begun_anew === attempt &&
  claims === 1 &&
  code_since !== undefined &&
  [parked_since, progress].every((one) => one === undefined);

/** A claimed job whose run keeps a definition, and of a run of code, when that has begun. */
export const withDefinition = (
  job: Job,
  definition: string,
  undoes: boolean,
  code: Pick<Job, "code_since"> = {},
): Job => {
  const { undoes: _before, ...rest } = beginsRun(job) ? withoutRun(job) : job;
  const since = beginsAnew(job) ? code : {};
  return { ...code, ...rest, ...since, definition, ...(undoes && { undoes }), version: job.version + 1 };
};

/** A claimed job whose run of code begins anew now. */
export const sinceNow = (job: Job, now: number): Job => ({ ...job, code_since: now, version: job.version + 1 });

/** A claimed job whose attempt has come so far, and of a run of code, by which code. */
export const progressed = (job: Job, progress: Stored, code: Pick<Job, "bundle"> = {}): Job => ({
  ...job,
  progress,
  ...code,
  version: job.version + 1,
});

/** A claimed job whose code is called now, and answers by itself: the claim is held for that answer until its lease ends. */
export const handedOver = (job: Job, now: number): Job => {
  const { claim_id = "" } = job;
  return { ...job, called: { claim_id, since: now }, version: job.version + 1 };
};

/** Whether the attempt was handed over under an earlier claim, whose lease has ended without an answer. */
export const isUnanswered = ({ called, claim_id }: Pick<Job, "called" | "claim_id">): boolean =>
  called !== undefined && called.claim_id !== claim_id;

/** Whether this is the claim under which a job waits for the answer of its code. */
export const isAnswerable = (
  job: Job,
  { run, attempt, claim_id }: Pick<Job, "run" | "attempt" | "claim_id">,
): boolean =>
  job.status === "running" &&
  job.run === run &&
  job.attempt === attempt &&
  job.claim_id === claim_id &&
  job.called?.claim_id === claim_id;

/** A running job whose consumer needs its claim for longer, to write the outcome. */
export const extended = (job: Job, until: number): Job => ({ ...job, lease_until: until, version: job.version + 1 });

/**
 * A claimed job under whose claim nothing has started, back to waiting without an attempt spent. A parked job is parked
 * again, and one that crashed before stays crashed: only this claim is undone.
 */
export function claimReturned(job: Job, now: number): Job {
  const { claim_id, lease_until: _lease, started_at: _started, wake_requested: _wake, called, ...left } = job;
  // What an earlier claim has called is still to be looked after.
  const others = { ...left, ...(called && called.claim_id !== claim_id && { called }) };
  // A request that saw it run may have given its key to another job, so it must not take in requests again.
  const closed = job.debounce ? { ...others, debounce: { ...job.debounce, closed: true as const } } : others;
  const rest = withBegun(closed, begunBefore(job));
  const claims = Math.max(0, job.claims - 1);
  const version = job.version + 1;
  // After an earlier crash the job stays running with a lease that is over, so that the crash still counts.
  if (job.parked_since !== undefined || claims > 0)
    return { ...rest, ...startedAtOf(job), claims, version, lease_until: 0 };
  const before = job.attempts.at(-1);
  return { ...rest, ...(before && startedAtOf(before)), claims, version, status: waiting(job.due_at, now) };
}

/** Whether a job has noted already that this attempt waits for a slot of this gate: its messages may come several times. */
export const isWaitNoted = ({ noted_wait: noted, run, attempt, due_at }: Job, { limit, key }: Gate): boolean =>
  noted?.limit === limit &&
  noted.key === key &&
  noted.run === run &&
  noted.attempt === attempt &&
  noted.due_at === due_at;

/** A job that begins to wait for a slot. */
export const withWait = (job: Job, { limit, key }: Gate, since: number): Job => {
  const { run, attempt, due_at } = job;
  return { ...job, noted_wait: { limit, key, run, attempt, due_at, since }, version: job.version + 1 };
};

const startedAtOf = ({ started_at }: Pick<Job, "started_at">) => ({ ...(started_at !== undefined && { started_at }) });

/** Ends the current attempt: the fields of its claim are removed and its record is kept. */
function endAttempt(job: Job, now: number, end: Pick<Attempt, "outcome" | "error" | "thrown" | "cached_from">): Job {
  const {
    claim_id: _claim,
    lease_until: _lease,
    parked_since: _since,
    wake_at: _wake,
    timer_at: _timer,
    waits: _waits,
    retry_decision_at: _retry,
    failing_since: _failing,
    wake_requested: _requested,
    reserved: _reserved,
    snoozes: _snoozes,
    next_at: _next,
    begun_claims: _begun,
    called: _called,
    ending,
    ...rest
  } = job;
  const crashes = crashesOf(job);
  const undone = ending ? rolledBackBy(ending) : {};
  const attempt: Attempt = {
    attempt: job.attempt,
    due_at: job.due_at,
    started_at: job.parked_since ?? job.started_at ?? now,
    ended_at: now,
    ...end,
    ...(crashes > 0 && { crashes }),
    ...undone,
  };
  return {
    ...rest,
    ...(job.started_at !== undefined && startedAtOf(attempt)),
    ...undone,
    version: job.version + 1,
    attempts: [...job.attempts, attempt].slice(-keptAttempts),
  };
}

/** What a decision leaves with its job: when it has to be retried, when its next wait ends by time, and how far its undo has come. */
export interface NextDecision extends Pick<Job, "retry_decision_at" | "failing_since" | "timer_at"> {
  undos?: UndoCounts;
}

/**
 * A running job whose executor has done all there is to do for now. The job stays running, but its claim is free for the
 * next message of the same attempt. Crashes are counted anew from there.
 */
export function parked(job: Job, progress: Stored, wakeAt: number, { undos, ...next }: NextDecision = {}): Job {
  const {
    claim_id: _claim,
    timer_at: _timer,
    retry_decision_at: _retry,
    failing_since: _failing,
    wake_requested: _wake,
    begun_claims: _begun,
    ...rest
  } = job;
  const parked_since = job.parked_since ?? job.started_at;
  return {
    ...rest,
    lease_until: 0,
    claims: 0,
    version: job.version + 1,
    progress,
    wake_at: wakeAt,
    ...next,
    ...(job.ending && undos && { ending: { ...job.ending, ...undos } }),
    ...(parked_since !== undefined && { parked_since }),
  };
}

/** A running job whose decision is under way, and may have missed what another message is about. */
export const wakeRequested = (job: Job): Job => ({ ...job, wake_requested: true, version: job.version + 1 });

/** Whether a job seems to have lost its message, so that the reconciler has to dispatch it again. */
export function isStuck(job: Job, now: number, graceMs: number): boolean {
  if (isWaiting(job)) return job.due_at <= now - graceMs;
  if (job.status !== "running") return false;
  return (isParked(job) ? (job.wake_at ?? 0) : (job.lease_until ?? 0)) < now;
}

/** Whether a job is between two decisions, so that its claim is free. */
export const isParked = (job: Job): boolean => job.status === "running" && job.claim_id === undefined;

/**
 * A running job whose attempt succeeded. Progress is kept only if it is given, because it is worth showing then. `cachedFrom` is the
 * job whose result answered this one.
 */
export function completed(
  job: Job,
  now: number,
  result: Stored,
  { progress, cachedFrom }: { progress?: Stored; cachedFrom?: string } = {},
): Job {
  const end = { outcome: "completed", ...defined({ cached_from: cachedFrom }) } as const;
  const { error: _error, progress: _progress, ...rest } = endAttempt(job, now, end);
  return { ...rest, status: "completed", finished_at: now, result, ...(progress !== undefined && { progress }) };
}

/** How often and for how long, in milliseconds, a provider may put off an attempt before that counts as a failure. */
export const snoozeLimits = { times: 20, ms: 24 * 3_600_000 } as const;

/** Whether a failure is a provider's wish to be asked later, which spends no attempt. */
function isPutOff(job: Job, now: number, error: JobError): boolean {
  if (error.code !== "RATE_LIMITED" || error.retryAfterMs === undefined) return false;
  const { count, since } = askedSnoozes(job) ?? { count: 0, since: job.started_at ?? now };
  const isWithin = count < snoozeLimits.times && now + error.retryAfterMs - since <= snoozeLimits.ms;
  return isWithin && isRetryable(error, job.retry_policy);
}

interface PutOffBy extends Pick<Failure, "error" | "progress"> {
  /** No provider asked for it, so that it counts towards no limit. */
  isUnasked?: boolean;
}

/**
 * A running job whose provider asked to come back later, back to waiting until then. The attempt is not spent, and its crashes are
 * forgotten, because the provider has answered.
 */
export function snoozed(job: Job, now: number, { error, progress, isUnasked = false }: PutOffBy): Job {
  const {
    claim_id: _claim,
    lease_until: _lease,
    started_at: _started,
    reserved: _reserved,
    begun_claims: _begun,
    called: _called,
    ...rest
  } = job;
  const before = job.attempts.at(-1);
  const due = now + Math.max(leastSnoozeMs, error.retryAfterMs ?? 0);
  const { count = 0, since = job.started_at ?? now, unasked } = job.snoozes ?? {};
  return {
    ...rest,
    ...(before && startedAtOf(before)),
    claims: 0,
    version: job.version + 1,
    status: waiting(due, now),
    due_at: due,
    snoozes: {
      ...{ count: count + 1, since },
      ...defined({ unasked: isUnasked ? { count: (unasked?.count ?? 0) + 1, until: due } : unasked }),
    },
    // Missed occurrences of a series are counted from there.
    ...(job.repeat && job.attempts.length === 0 && { begun_at: since }),
    ...(progress !== undefined && { progress }),
  };
}

/** A Retry-After of 0 means soon, and not at once and for ever. */
const leastSnoozeMs = 1000;

export interface Failure {
  error: JobError;
  /** In [0, 1): the jitter of the backoff. */
  random: number;
  /** What the attempt achieved, for the next one. */
  progress?: Stored;
}

/** A running job whose attempt failed: scheduled again if the failure is retryable and the job has retries left. */
export function attemptFailed(job: Job, now: number, { error, random, progress }: Failure): Job {
  if (job.ending) return ended(job, now, { gaveUp: errorRecordOf(error, false), ...defined({ progress }) });
  if (isPutOff(job, now, error)) return snoozed(job, now, { error, ...(progress !== undefined && { progress }) });
  const retryable = isRetryable(error, job.retry_policy);
  const tries = job.attempt - (job.retried_after ?? 0);
  const record = errorRecordOf(error, retryable);
  const isLast = !retryable || tries > job.retries;
  if (isLast && mayUndo(job))
    return endingBegun(job, now, { cause: "failed", error: record, ...defined({ progress }) });
  const failed = failedWith(job, now, record, { progress, thrown: error.thrown });
  if (isLast) return { ...failed, status: "failed", finished_at: now };
  const due = now + retryDelay(job.retry_policy, tries, random, error.retryAfterMs);
  return { ...failed, status: waiting(due, now), attempt: job.attempt + 1, due_at: due, claims: 0 };
}

/** An item holds 400 KB and 25 attempts: with longer messages the outcome itself could not be written. */
export const errorRecordOf = ({ code, message, providerCode }: JobError, retryable: boolean): AttemptError => ({
  code,
  message: shorten(message),
  retryable,
  ...defined({ provider_code: providerCode }),
});

const failedWith = (
  job: Job,
  now: number,
  error: AttemptError,
  { progress, thrown }: { progress?: Stored | undefined; thrown?: JobError["thrown"] },
): Job => ({
  ...endAttempt(withoutOldStacks(job), now, { outcome: "failed", error, ...defined({ thrown }) }),
  error,
  ...defined({ progress }),
});

/** What a run leaves that has nothing to undo, or nothing more. */
interface End {
  /** What becomes of its steps. */
  progress?: Stored;
  /** Why it has failed. Absent if the job knows why it ends. */
  error?: AttemptError;
  /** What the team's own code has thrown. */
  thrown?: JobError["thrown"];
  undos?: UndoCounts;
  /** Why its undo is given up. */
  gaveUp?: AttemptError;
}

/** A running job that has failed or was cancelled, and whose steps are undone. */
export function ended(job: Job, now: number, { progress, error, thrown, undos, gaveUp }: End = {}): Job {
  // A handler in code undoes its steps by itself, as it fails.
  const ending = job.ending ?? (undos && { cause: "failed" as const, since: now });
  const of = ending ? { ...job, ending: { ...ending, ...undos, ...(gaveUp && { error: gaveUp }) } } : job;
  const cause = of.ending && of.ending.cause !== "failed" ? "cancelled" : "failed";
  const record = error ?? of.error;
  const after =
    cause === "failed" && record
      ? failedWith(of, now, record, { progress, thrown })
      : { ...endAttempt(of, now, { outcome: "cancelled" }), ...defined({ progress }) };
  return { ...after, status: cause, finished_at: now };
}

/**
 * A job that ends before its time. The outcome of a running attempt is discarded, because its claim is gone. A run with steps that may
 * have to be undone goes on until they are.
 */
export const cancelled = (job: Job, now: number, reason: string): Job =>
  mayUndo(job) ? endingBegun(job, now, { cause: "cancelled", reason }) : cancelledAtOnce(job, now, reason);

/** The same of a run of which nothing is undone, or nothing more. */
export function cancelledAtOnce(job: Job, now: number, reason: string): Job {
  const after =
    job.status === "running" ? endAttempt(job, now, { outcome: "cancelled" }) : { ...job, version: job.version + 1 };
  return { ...after, status: "cancelled", finished_at: now, reason: shorten(reason) };
}

/** How many of the last attempts keep their stack, which is most of what an attempt takes of the 400 KB of an item. */
const keptStacks = 3;

const withoutOldStacks = (job: Job): Job => ({
  ...job,
  attempts: job.attempts.map((attempt, at) => {
    if (attempt.thrown?.stack === undefined || at > job.attempts.length - keptStacks) return attempt;
    const { stack: _stack, ...thrown } = attempt.thrown;
    return { ...attempt, thrown };
  }),
});
