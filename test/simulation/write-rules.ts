import type { AttemptError } from "../../lambdas/core/job/attempt.ts";
import type { Claim } from "../../lambdas/core/job/claim.ts";
import { isFinished, type Job, type JobMessage } from "../../lambdas/core/job/job.ts";
import type { StepView } from "../../lambdas/core/queries/step-view.ts";
import { askedBeforeItSaysSo, asksForItsRun, goesAsDecided } from "./approval-rules.ts";
import { answersFit } from "./cache-rules.ts";
import { isCoded } from "./coded.ts";
import { noteTouched } from "./deployments.ts";
import {
  failsForAStep,
  revivedGoesOn,
  revivedWaits,
  startedStays,
  stepsEndForAReason,
  stepsStartOnce,
  stepsWait,
} from "./feature-rules.ts";
import {
  attemptKey,
  attemptOf,
  crashesOf,
  isBegun,
  isExtended,
  isGivenBack,
  isNoted,
  isPostponed,
  isPutOff,
  isWaiting,
  type Ledger,
  type Life,
  nameOf,
  stepKey,
} from "./ledger.ts";
import { slotsHold, waitingSpendsNothing } from "./limit-rules.ts";
import { canary } from "./observer.ts";
import { retryAfterMs } from "./outcomes.ts";
import {
  endsForTheNext,
  pausedWaits,
  plannedIsDue,
  runsFollow,
  seriesGoesOn,
  startIsRemembered,
} from "./series-rules.ts";
import { attemptsAreKept, fieldsFit, runsAreKept } from "./shape-rules.ts";
import { debouncedInTime, oneOpenJob, oneWaitingJob } from "./sharing-rules.ts";
import { tokensAreNotKept } from "./signed.ts";
import { snoozeSpendsNothing } from "./snooze-rules.ts";
import { targetsAreKept } from "./spares.ts";
import { retriedFromTheStart, undoneBeforeTheEnd, undoneInOrder } from "./undo-rules.ts";
import { goesOneWay } from "./wait-rules.ts";
import { clocksApartMs, type Write } from "./write.ts";

type Rule = (ledger: Ledger, write: Write) => void;

/** Each rule says what no write may do, and names the invariant that such a write breaks. */
export const writeRules: Rule[] = [
  finishedStays,
  ownClaimOnly,
  attemptsCount,
  attemptsAreKept,
  targetsAreKept,
  answersFit,
  snoozeSpendsNothing,
  // Runs last, since it forgets the claims that the rules before it read.
  thirdCrashFails,
  startIsRemembered,
  runsFollow,
  endsForTheNext,
  seriesGoesOn,
  pausedWaits,
  plannedIsDue,
  goesOneWay,
  goesAsDecided,
  asksForItsRun,
  askedBeforeItSaysSo,
  undoneInOrder,
  undoneBeforeTheEnd,
  retriedFromTheStart,
  stepsStartOnce,
  stepsWait,
  givenUpAfterAnHour,
  stepsEndForAReason,
  failsForAStep,
  startedStays,
  revivedGoesOn,
  revivedWaits,
  slotsHold,
  waitingSpendsNothing,
  nothingShows,
  tokensAreNotKept,
  fieldsFit,
  runsAreKept,
  oneOpenJob,
  oneWaitingJob,
  debouncedInTime,
  noteTouched,
];

/** Invariant 5. Retrying a feature revives its steps, which counts as a retry too. */
function finishedStays({ observer }: Ledger, { by, before, after }: Write) {
  if (!before || !isFinished(before)) return;
  const revived = by.purpose === "decider" && before.parent?.message.attempt !== after.parent?.message.attempt;
  // Another task of Step Functions may wait for its end.
  if (by.purpose === "api" && before.task_tokens?.length !== after.task_tokens?.length) return;
  // A run that has failed is moved to another definition, and waits for its retry.
  if (by.purpose === "change" && after.status === "failed" && before.definition !== after.definition) return;
  const retried = by.purpose === "retry" && before.status === "failed";
  if (!revived && !retried) observer.violated(5, `${nameOf(before)} was ${before.status} and became ${after.status}`);
}

/** Invariant 3, the fence: a consumer changes its own job only while it holds the claim. */
function ownClaimOnly({ observer, lifeOf }: Ledger, { by, before, after }: Write) {
  const isClaim = after.claim_id !== undefined && after.claim_id !== before?.claim_id;
  if (!before || by.job_id !== after.id) return;
  if (isWakeUp(before, after) || isWakeKept(before, after)) return;
  if (isPostponed(before, after) || isNoted(before, after) || isExtended(before, after)) return;
  if (isBegun(before, after)) {
    if (by.hasStarted) observer.violated("consumer", `${nameOf(before)} had started before that was noted`);
    if (by.claim_id !== before.claim_id)
      observer.violated(3, `${nameOf(before)} was begun by ${by.what}, not its owner`);
    noteBegun(lifeOf(before.id), before);
    return;
  }
  if (isClaim) {
    // With `cancel_previous` the next run may take the claim of the one before it, to end it (series-rules.ts).
    if (after.next_at === undefined) return;
    by.claim_id = after.claim_id as string;
    const life = lifeOf(before.id);
    life.overruled = { run: before.run, winner: life.winners.get(before.run) };
    return;
  }
  if (isWaiting(before) && after.run === before.run + 1) return;
  if (by.claim_id === undefined || by.claim_id !== before.claim_id)
    observer.violated(3, `${nameOf(before)} was changed by ${by.what}, whose claim it is not`);
  if (isGivenBack(before, after)) {
    if (by.hasStarted)
      observer.violated("consumer", `${nameOf(before)} was snoozed by ${by.what}, which had started it`);
    return;
  }
  // An attempt that was put off left nothing, and the next try finds what the attempt before it has left.
  if (isPutOff(before, after)) return;
  if (by.claim_id !== undefined && before.status === "running") lifeOf(before.id).winners.set(before.run, by.claim_id);
}

function noteBegun({ noted }: Life, { run, attempt, claim_id = "" }: Job) {
  const before = noted.get(`${run} ${attempt}`) ?? [];
  noted.set(`${run} ${attempt}`, new Set([...before, claim_id]));
}

/** Whether a write only records a wake-up that came during a decision. */
const isWakeUp = ({ write_id: _, ...before }: Job, { write_id: __, ...after }: Job) =>
  !before.wake_requested &&
  after.wake_requested === true &&
  JSON.stringify({ ...before, wake_requested: true, version: before.version + 1 }) === JSON.stringify(after);

/** Whether a write only moves a feature to the present, since a pause holds the message that woke it. */
const isWakeKept = ({ write_id: _, ...before }: Job, { write_id: __, ...after }: Job) =>
  before.status === "running" &&
  (after.wake_at ?? 0) < (before.wake_at ?? 0) &&
  JSON.stringify({ ...before, wake_at: after.wake_at, version: before.version + 1 }) === JSON.stringify(after);

/** Invariant 6, from below: no retry is left out, and a provider's Retry-After is respected. */
function attemptsCount({ observer }: Ledger, { by, before, after }: Write) {
  if (before && isFinished(before) && !isFinished(after) && after.attempt !== before.attempt + 1)
    observer.violated(6, `${nameOf(before)} is tried again as attempt ${after.attempt}`);
  if (before?.status !== "running" || by.job_id !== after.id || after.run !== before.run) return;
  const tried = after.attempts.at(-1);
  if (
    after.status === "failed" &&
    tried?.error?.retryable &&
    before.attempt - (before.retried_after ?? 0) <= before.retries
  )
    observer.violated(6, `${nameOf(before)} failed for good with retries left`);
  if (!isWaiting(after) || isGivenBack(before, after) || isPostponed(before, after)) return;
  if (isPutOff(before, after)) return;
  if (after.attempt !== before.attempt + 1)
    observer.violated(6, `${nameOf(before)} is followed by attempt ${after.attempt}`);
  const asked = retryAfterMs(tried?.error?.message);
  if (tried && after.due_at < tried.ended_at + asked)
    observer.violated("consumer", `${nameOf(after)} does not wait for the provider's Retry-After`);
}

/**
 * The third crash fails the job, and no earlier one. The claim that finds this out is the fourth, or a later one. A claim after the
 * first counts only if the attempt has begun under it.
 */
function thirdCrashFails({ observer, lifeOf }: Ledger, { before, after }: Write) {
  if (before?.status !== "running") return;
  const { claims, noted } = lifeOf(after.id);
  const attempt = `${before.run} ${before.attempt}`;
  const isParked = after.status === "running" && after.claim_id === undefined;
  const beginsToEnd = before.ending === undefined && after.ending !== undefined;
  // A decision restarts the count, and a snoozed claim does not count.
  if (isGivenBack(before, after)) {
    claims.set(attempt, (claims.get(attempt) ?? 0) - 1);
    noted.get(attempt)?.delete(before.claim_id ?? "");
  } else if (isPutOff(before, after) || (isParked && (before.claim_id !== undefined || beginsToEnd))) {
    claims.delete(attempt);
    noted.delete(attempt);
  }
  const isCrashed = after.run === before.run && hasCrashed(after.attempts.at(-1)?.error) && !isGivenUp(after);
  // The error of a run that ends is older, and its crashes were counted then.
  if (!isCrashed || before.ending || after.attempts.length === before.attempts.length) return;
  const times = crashesOf(lifeOf(after.id), before);
  if (times < fewestCrashes) observer.violated(6, `${nameOf(before)} is said to have crashed after ${times} crashes`);
  if (after.status !== "failed")
    observer.violated(6, `${nameOf(before)} crashed ${times} times and is ${after.status}`);
}

const fewestCrashes = 3;

/** A feature is given up only if its decisions have failed for an hour by a fault of ours. */
function givenUpAfterAnHour({ observer, lifeOf }: Ledger, { by, before, after, now }: Write) {
  // A decision whose input did not arrive in time was never made, which counts as a fault of ours too.
  if (before?.claim_id !== undefined && after.claim_id === undefined && !by.hasStarted)
    lifeOf(after.id).faultySince ??= now;
  if (before?.status !== "running" || !isGivenUp(after)) return;
  observer.cover("feature: given up");
  const { faultySince = now } = lifeOf(after.id);
  if (now - faultySince < 3_600_000 - clocksApartMs)
    observer.violated("feature", `${nameOf(before)} was given up ${now - faultySince} ms after its first fault`);
}

const isGivenUp = ({ error }: Job): boolean =>
  hasCrashed(error) && (error?.message.includes("a fault of the scheduler") ?? false);

/** Whether an error is a crash of the job itself, and not one of a step or an item that it quotes. */
export const hasCrashed = (error: AttemptError | undefined): boolean =>
  error?.code === "CRASHED" && !/^(Step|Items?|\d+ of \d+ items) /.test(error.message);

/** Invariant 9, for everything of a job that callers may read. */
function nothingShows({ observer }: Ledger, { after }: Write) {
  const said = [after.error?.message, after.reason, ...after.attempts.map(({ error }) => error?.message)];
  if (said.some((text) => text?.includes(canary))) observer.violated(9, `${nameOf(after)} shows a secret`);
}

/** How long a decision that was in progress when its feature was cancelled may take to cancel what it has started. */
const cancellingMs = 90_000;

/** Whether a step's feature is over. A step that somebody retries by hand continues unless its feature was cancelled. */
function isOrphaned(step: Job, peek: Write["peek"], lifeOf: Ledger["lifeOf"]): boolean {
  if (!step.parent || step.ending || step.parent.on_end === "abandon") return false;
  const { job_id, run } = step.parent.message;
  // Another job may have its id by now.
  const feature = lifeOf(job_id) === lifeOf(step.id).feature ? peek(job_id) : undefined;
  // A handler in code undoes its steps as it fails, before its run ends.
  const isUndoing = feature && (isCoded(feature) ? !isFinished(feature) : feature.ending);
  if (step.parent.undo) return step.retried_after === undefined && !(isUndoing && feature.run === run);
  if (feature?.ending || step.parent.message.attempt < (feature?.begun_anew ?? 0)) return true;
  if (step.retried_after !== undefined && !step.revived && feature?.status !== "cancelled")
    return feature !== undefined && !isFinished(feature) && isOrphaned(feature, peek, lifeOf);
  return !feature || isFinished(feature) || feature.run !== run || isOrphaned(feature, peek, lifeOf);
}

/** Whether the end of its feature does not end a step: it was retried by hand, is abandoned, or undoes its own steps first. */
const mayGoOn = ({ retried_after, revived, parent, ending }: Job): boolean =>
  (Boolean(retried_after) && !revived) || parent?.on_end === "abandon" || ending !== undefined;

/** Checks a claim independently of `claimable`, which must have applied the same rules. */
export function checkClaim(
  { observer, start, lifeOf }: Ledger,
  before: Job,
  { message, claim, peek }: { message: JobMessage; claim: Claim; peek: Write["peek"] },
) {
  const cancelled = before.parent && lifeOf(before.parent.message.job_id).cancelled;
  // A feature that was revived since has its steps again, and a step that was retried by hand does not depend on its feature.
  const isOver = before.parent && peek(before.parent.message.job_id)?.status === "cancelled" && !mayGoOn(before);
  if (isOver && cancelled?.steps.includes(before.id) && claim.now > cancelled.at + cancellingMs)
    observer.violated(4, `${nameOf(before)} was not cancelled with its feature`);
  const attempt = `${before.run} ${before.attempt}`;
  const { claims } = lifeOf(before.id);
  claims.set(attempt, (claims.get(attempt) ?? 0) + 1);
  // Such a step may be claimed. It then reads its feature, and executions.ts checks that it does not start.
  if (isOrphaned(before, peek, lifeOf)) {
    observer.cover("claim of a step whose feature is over");
    lifeOf(before.id).orphaned = claim.claimId;
    // A claim whose answer was lost may be written again, when the job undoes its own steps.
  } else if (lifeOf(before.id).orphaned === claim.claimId) delete lifeOf(before.id).orphaned;
  if (before.status === "paused" || before.status === "cancelled")
    observer.violated(4, `${nameOf(before)} was claimed while ${before.status}`);
  if (before.status === "completed" || before.status === "failed")
    observer.violated(5, `${nameOf(before)} was claimed while ${before.status}`);
  if (before.status === "running" && (before.lease_until ?? 0) >= claim.now)
    observer.violated(
      3,
      `${nameOf(before)} was claimed while its lease had ${(before.lease_until ?? 0) - claim.now} ms left`,
    );
  if (attemptKey(message) !== attemptOf(before))
    observer.violated(
      3,
      `${nameOf(before)} was claimed by the message of attempt ${message.attempt}, due ${message.due_at - start}`,
    );
}

/** A finished job is removed on request. A job that was never started is taken back only by the request that created it. */
export function checkRemoval(
  { observer, lifeOf, isDone }: Ledger,
  before: Job,
  { by, now, peek }: Pick<Write, "by" | "now" | "peek">,
) {
  const life = lifeOf(before.id);
  const isRequested = by.purpose === "delete" && isFinished(before);
  const isTakenBack = life.by === by && before.version === 1;
  // The job of a schedule that has come back is made anew.
  const isMadeAnew = by.purpose === "reconciler" && before.schedule !== undefined && isFinished(before);
  if (!isRequested && !isTakenBack && !isMadeAnew)
    observer.violated(1, `${nameOf(before)}, ${before.status}, was removed by ${by.what}`);
  life.isDeleted = isRequested || isMadeAnew;
  if (life.isDeleted) life.deletedAt = now;
  const { parent, status } = before;
  if (!parent || status !== "completed") return;
  // A decision that died after it had started the step did not record it. A feature that has not seen the step complete fails
  // because the job is missing, and may be retried. Nor has a retried feature recorded that it revived a step, if the decision
  // that did so died: all it knows is that the step failed before, so it runs the step again.
  const progress = peek(parent.message.job_id)?.progress as { inline?: Record<string, StepView> } | undefined;
  const { job_id, status: known } = progress?.inline?.[parent.step] ?? {};
  if (job_id === before.id && known !== "failed")
    isDone.set(stepKey(parent.message, parent.step), known === "completed" ? "any" : parent.message.attempt);
}
