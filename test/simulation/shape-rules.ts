import type { Attempt } from "../../lambdas/core/job/attempt.ts";
import { isFinished, type Job, keptFields } from "../../lambdas/core/job/job.ts";
import { isRedefined } from "./deployments.ts";
import { crashesOf, isGivenBack, isPostponed, isPutOff, isSame, isWaiting, type Ledger, nameOf } from "./ledger.ts";
import { isAddedTo } from "./sharing-rules.ts";
import type { Write } from "./write.ts";

/** What the caller requested, which no write changes. */
const asked = ["product", "env", "event", "type", "input", "created_at", "fingerprint", ...keptFields] as const;

/** The fields that a job has only while it runs. */
const ofClaim = [
  "claim_id",
  "lease_until",
  "parked_since",
  "wake_at",
  "retry_decision_at",
  "failing_since",
  "wake_requested",
  "next_at",
  "ending",
] as const;

/** The shape of a stored job, whoever has written it. */
export function fieldsFit({ observer }: Ledger, write: Write) {
  const { by, before, after, now } = write;
  const wrong = (text: string) => observer.violated("data", `${nameOf(after)}, ${after.status}, ${text}`);
  if (after.version !== (before?.version ?? 0) + 1) wrong(`is version ${after.version} after ${before?.version}`);
  // Of a debounced job that takes in another request, only these stay: sharing-rules.ts checks the rest. The job of a schedule is whatever
  // a deployment makes of it (deployments.ts).
  const kept = isRedefined(write) ? asked.slice(0, 2) : isAddedTo(before, after) ? asked.slice(0, 4) : asked;
  for (const field of kept) if (before && !isSame(before[field], after[field])) wrong(`has another ${field}`);
  const earliest = by.began + by.skew;
  const latest = now + by.skew;
  const { finished_at: end } = after;
  if (isFinished(after) !== (end !== undefined)) wrong(`has finished_at ${end}`);
  if (end !== undefined && end !== before?.finished_at && (end < earliest || end > latest)) wrong("ended another time");
  const outcomes: Partial<Record<Job["status"], unknown>> = {
    completed: after.result ?? after.reason,
    failed: after.error,
    cancelled: after.reason,
  };
  if (isFinished(after) && outcomes[after.status] === undefined) wrong("does not say what came of it");
  if (after.status === "completed" && after.error) wrong("has an error");
  if (after.status !== "running")
    for (const field of ofClaim) if (after[field] !== undefined) wrong(`still has ${field}`);
  // A step is cancelled for its feature's reason. Whoever writes a cancelled job again may have a slower clock.
  const isExpired = after.reason === "expired" && before?.reason !== "expired" && after.parent === undefined;
  if (isExpired && (after.expires_at ?? latest + 1) > latest) wrong("has not expired yet");
  const isParked = after.status === "running" && after.claim_id === undefined && after.claims === 0;
  if (isParked && !((after.progress || after.ending) && after.wake_at && after.parked_since && after.lease_until === 0))
    wrong("is parked, and lacks what wakes it or what it knows");
  const isMoved = before?.due_at !== after.due_at || before.status !== after.status;
  if (!isWaiting(after) || !isMoved) return;
  if (after.claims !== 0 && !isPostponed(before, after) && !wasPostponed(before, after))
    wrong(`waits with ${after.claims} claims`);
  const isDue = after.status === "queued";
  if (isDue ? after.due_at > latest : after.due_at <= earliest) wrong(`is due ${after.due_at - latest} ms from now`);
}

/** Each attempt is recorded once it has ended, with its time and its outcome. */
export function attemptsAreKept({ observer, lifeOf }: Ledger, { before, after }: Write) {
  const wrong = (text: string) => observer.violated("data", `${nameOf(after)} ${text}`);
  if (!before) return;
  const isNextRun = after.run !== before.run;
  const isLater = isPutOff(before, after) || isPostponed(before, after);
  const isOver = after.status !== "running" && !isGivenBack(before, after) && !isLater;
  // A run that waits for another attempt has ended its last one when the next run cancels it.
  if (isNextRun && isWaiting(before)) return;
  const hasEnded = before.status === "running" && (isOver || isNextRun);
  const count = isNextRun ? before.attempts.length + 1 : after.attempts.length;
  if (count !== before.attempts.length + Number(hasEnded) && before.status !== "paused")
    wrong(`has ${count} attempts after ${before.attempts.length}`);
  const attempt = isNextRun ? after.last_run : after.attempts.at(-1);
  if (!hasEnded || !attempt) return;
  const outcome = isNextRun || !isFinished(after) ? attempt.outcome : after.status;
  const crashes = crashesOf(lifeOf(after.id), before);
  const right = {
    attempt: before.attempt,
    due_at: before.due_at,
    started_at: before.parked_since ?? before.started_at,
    ended_at: after.finished_at ?? attempt.ended_at,
    outcome,
    ...(crashes > 0 && { crashes }),
  };
  for (const [field, value] of Object.entries({ crashes: undefined, ...right })) {
    const found = attempt[field as keyof Attempt];
    if (found !== value) wrong(`ended with ${field} ${found} instead of ${value}`);
  }
  if ((attempt.outcome === "failed") !== (attempt.error !== undefined)) wrong(`${attempt.outcome}, error or not`);
}

/** The archive has each run as its job had it at the end of the run. */
export function runsAreKept({ observer, lifeOf }: Ledger, { before, after }: Write) {
  if (!before || after.run === before.run) return;
  // A run that was put off, or has crashed and waits, has no attempt when the next one ends it: the last one is that of an earlier run.
  const hasNoAttempt = isWaiting(before) && before.attempts.length === 0;
  const end = hasNoAttempt ? undefined : after.last_run;
  const kept = lifeOf(before.id).archive.get(before.run);
  if (!kept) return;
  const { created_at, scheduled_at, due_at } = before;
  const finished_at = isWaiting(before) ? Math.max(after.scheduled_at, end?.ended_at ?? 0) : end?.ended_at;
  const started_at = hasNoAttempt ? (before.started_at ?? before.begun_at) : end?.started_at;
  const right = { created_at, scheduled_at, due_at, started_at, finished_at };
  const hasOutcome = { completed: kept.result && !kept.error, failed: kept.error, cancelled: kept.reason }[kept.status];
  if (!hasOutcome || !isSame({ ...kept, ...right }, kept) || !isSame(kept.attempts.at(-1), end))
    observer.violated("data", `${nameOf(before)} is not in the archive as it ended`);
}

/** A job that was moved to a start after a crash keeps that crash, whoever moves it again. */
const wasPostponed = (before: Job | undefined, { claims }: Job): boolean =>
  before !== undefined && isWaiting(before) && before.claims === claims;
