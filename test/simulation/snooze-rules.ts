import { isPutOff, isSame, isWaiting, type Ledger, nameOf } from "./ledger.ts";
import type { Write } from "./write.ts";

/** The fields that a claim adds to a job, and that a snooze removes again. */
const ofClaim = new Set([
  "status",
  "claim_id",
  "lease_until",
  "started_at",
  "wake_requested",
  "claims",
  "begun_claims",
  "version",
  "write_id",
]);

/**
 * A consumer that puts its claimed job back to waiting, without recording an ended attempt, snoozes it: the job must be as it
 * was before the claim. It keeps its attempt, its time and all its progress.
 */
export function snoozeSpendsNothing({ observer }: Ledger, { by, before, after }: Write) {
  if (before?.status !== "running" || before.claim_id === undefined || before.claim_id !== by.claim_id) return;
  const isBack = isWaiting(after) || (after.status === "running" && after.claims > 0);
  const hasEnded = after.run !== before.run || !isSame(after.attempts.at(-1), before.attempts.at(-1));
  if (isPutOff(before, after)) return;
  if (!isBack || after.claim_id !== undefined || hasEnded) return;
  observer.cover("snooze");
  for (const [field, value] of Object.entries(before))
    if (!ofClaim.has(field) && field !== "debounce" && !isSame(value, after[field as keyof typeof after]))
      observer.violated("snooze", `${nameOf(before)} was snoozed, and has another ${field}`);
  // It is left as it was, and takes in no more requests.
  if (after.debounce && !isSame({ ...before.debounce, closed: true }, after.debounce))
    observer.violated("snooze", `${nameOf(before)} was snoozed, and is not closed to further requests`);
  if (after.claims !== before.claims - 1)
    observer.violated("snooze", `${nameOf(before)} was snoozed, and has ${after.claims} claims after ${before.claims}`);
}
