import { isFinished, type Job, type RunRecord } from "../../lambdas/core/job/job.ts";
import { isCoded } from "./coded.ts";
import { isGivenBack, isNoted, isPostponed, isPutOff, isWaiting } from "./ledger.ts";

/**
 * The events that a write must lead to, by a simpler rule than that of `lambdas/lifecycle/events.ts`: from statuses and numbers
 * only. `archived` is how the previous run ended, if a recurring job has moved on to another one.
 */
export function eventsOf(before: Job | undefined, after: Job, archived: RunRecord["status"] | undefined): string[] {
  if (!before) return ["scheduled"];
  return [...waitsOf(before, after), ...undoneOf(before, after), ...statusesOf(before, after, archived)];
}

/** A wait of a run that its job did not have before, and a message for one. */
function waitsOf(before: Job, after: Job): string[] {
  const known = (before.waits ?? []).map((wait) => JSON.stringify(wait));
  const fresh = (after.waits ?? []).filter((wait) => !known.includes(JSON.stringify(wait)));
  return [
    ...(fresh.some(({ received }) => received) ? ["run.signalled"] : []),
    ...(fresh.some(({ received }) => !received) ? ["run.waiting"] : []),
  ];
}

/** A run that ends now, and whose steps were undone before. */
const undoneOf = (before: Job, after: Job): string[] =>
  (before.ending || isFailing(before, after)) && !after.ending && after.rolled_back ? ["run.rolled_back"] : [];

/** A handler in code undoes its steps as it fails, before its run ends. */
const isFailing = (before: Job, after: Job): boolean =>
  isCoded(after) && before.status === "running" && isFinished(after);

function statusesOf(before: Job, after: Job, archived: RunRecord["status"] | undefined): string[] {
  if (isPostponed(before, after)) return isLongWait(after) ? ["waiting"] : [];
  if (isPutOff(before, after)) return [];
  // An attempt that crashed, and whose next one waits, is running until then.
  if (isNoted(before, after)) return isWaiting(after) ? ["waiting"] : [];
  const waits = isWaiting(after);
  if (after.run > before.run) return [archived ?? "missing from the archive", waits ? "scheduled" : after.status];
  if (after.status !== before.status && !isGivenBack(before, after)) {
    if (isFinished(after)) return [after.status];
    if (after.status === "paused") return ["paused"];
    // A run that waits for another attempt may end without it.
    if (after.status === "running") return after.ending ? [] : ["started"];
    if (before.status === "paused") return ["resumed"];
    if (before.status === "running" || isFinished(before)) return ["retrying"];
  }
  return waits && after.due_at !== before.due_at ? ["scheduled"] : [];
}

/** A start that a rate has given is worth an event if it is a minute away. */
const isLongWait = ({ reserved }: Job): boolean => (reserved?.until ?? 0) - (reserved?.since ?? 0) >= 60_000;
