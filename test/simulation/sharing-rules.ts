import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { isWaiting, type Ledger, nameOf } from "./ledger.ts";
import { debounceMs } from "./product.ts";
import type { Write } from "./write.ts";

/** A later request was added to a job. */
export const isAddedTo = (before: Job | undefined, after: Job): boolean =>
  before?.debounce !== undefined && after.debounce?.requests === before.debounce.requests + 1;

/** Whether a job that requests are added to has never been claimed. */
const isUntouched = ({ lifeOf }: Ledger, job: Job) => isWaiting(job) && lifeOf(job.id).claims.size === 0;

/** Whether a job came from a late repetition of the call that had made it: it may wait beside another one until that is noticed. */
function isTakenBackSoon({ observer, lifeOf }: Ledger, { id, claims }: Job) {
  const { isMadeAgain } = lifeOf(id);
  if (isMadeAgain) observer.cover("sharing: a job is made again after its deletion");
  return isMadeAgain && claims === 0;
}

/** One open job a unique key. A job that is retried by hand may meet another one for the moment in which both look. */
export function oneOpenJob(ledger: Ledger, { after, others }: Write) {
  if (!after.unique || isFinished(after) || isTakenBackSoon(ledger, after)) return;
  const rivals = others(after).filter((job) => job.event === after.event && job.unique?.key === after.unique?.key);
  const open = rivals.filter((job) => !isFinished(job) && !isTakenBackSoon(ledger, job));
  const isRetried = [after, ...open].some(({ retried_after }) => retried_after !== undefined);
  if (open.length > 0 && isRetried) ledger.observer.cover("sharing: a retry meets a request");
  else if (open.length > 0)
    ledger.observer.violated("shared", `${nameOf(after)} is open beside ${open.map(nameOf).join(", ")}`);
}

/** One debounced job of a key takes in requests. */
export function oneWaitingJob(ledger: Ledger, { before, after, others }: Write) {
  if (!before && !isTakenBackSoon(ledger, after)) oneWaits(ledger, after, others(after));
}

/** The same of a job that is there already. */
export function oneWaits(ledger: Ledger, job: Job, others: readonly Job[]) {
  const key = job.debounce?.key;
  if (key === undefined || !isUntouched(ledger, job)) return;
  const waiting = others.filter((one) => one.id !== job.id && one.debounce?.key === key && isUntouched(ledger, one));
  // A job that was paused, retried or moved by hand is as it was.
  if (waiting.length > 0)
    ledger.observer.violated("shared", `${nameOf(job)} waits beside ${waiting.map(nameOf).join(", ")}`);
}

/** A request is added to a job that waits for its first start, puts it off by its delay, and never beyond the longest wait. */
export function debouncedInTime({ observer, lifeOf, shared }: Ledger, { by, before, after, now }: Write) {
  const { debounce } = after;
  if (!debounce || by.purpose !== "api" || (before && !isAddedTo(before, after))) return;
  const wrong = (text: string) => observer.violated("shared", `${nameOf(after)} ${text}`);
  const latest = after.created_at + debounceMs.max_wait;
  if (after.due_at > latest) wrong(`is due ${after.due_at - latest} ms after its longest wait`);
  const handled = [by.began, now].map((at) => at + by.skew) as [number, number];
  // A message was sent when it is read, at the latest, and the clock that reads it may be behind.
  if (shared.areMessages) handled[1] = Math.max(handled[1], by.began);
  const asked = handled.map((at) => Math.min(latest, at + debounceMs.delay)) as [number, number];
  // One that stands in line keeps its place.
  const keepsPlace = before?.gates !== undefined && after.due_at === before.due_at && before.due_at <= handled[1];
  if (!keepsPlace && (after.due_at < asked[0] || after.due_at > asked[1]))
    wrong(`is due at ${after.due_at}, not at ${asked}`);
  if (!before) return;
  if (!isWaiting(before) || before.attempt > 1) wrong(`took in a request while ${before.status}`);
  if (lifeOf(before.id).live.length > 0) wrong("took in a request while it was executed");
  if (before.created_at !== after.created_at) wrong("is another job after it took in a request");
}
