import { isFinished, type Job, type Stored } from "../../lambdas/core/job/job.ts";
import { stepJobId, undoJobId } from "../../lambdas/core/job/job-id.ts";
import { isCoded } from "./coded.ts";
import { stepsOf } from "./feature-rules.ts";
import type { Hardship } from "./hardship.ts";
import { type Ledger, nameOf } from "./ledger.ts";
import type { Write } from "./write.ts";
import { clocksApartMs } from "./write.ts";

type Peek = (id: string) => Job | undefined;

/** The keys of the steps that a step depends on, directly or through others. */
function needsOf(event: string, key: string, seen = new Set<string>()): Set<string> {
  const [, , needs = []] = stepsOf(event).find(([one]) => one === key) ?? [];
  for (const need of needs) {
    if (seen.has(need)) continue;
    seen.add(need);
    needsOf(event, need, seen);
  }
  return seen;
}

/** The completed steps of a run that have an undo and whose jobs are there, as their jobs say. */
const completedOf = (feature: Job, peek: Peek) =>
  stepsOf(feature.event).flatMap(([key, { undo }]) => {
    const job = undo === undefined ? undefined : peek(stepJobId(feature, key));
    return job?.status === "completed" ? [{ key, job }] : [];
  });

/** Whether the items of a step that have completed are undone, also where the step has not. */
const isUndoneByItem = (event: string, key: string): boolean =>
  stepsOf(event).some(([one, { undo }]) => one === key && undo?.each === true);

/** A run is undone at its end only: what has completed, and the last of it first. */
export function undoneInOrder({ observer, lifeOf }: Ledger, { by, before, after, peek }: Write) {
  const { parent } = after;
  if (before || !parent?.undo) return;
  const { message, step: key } = parent;
  const violated = (what: string) => observer.violated("undo", `${nameOf(after)}, the undo of ${key}, ${what}`);
  const feature = peek(message.job_id);
  lifeOf(after.id).feature = lifeOf(message.job_id);
  // A handler undoes by itself (code-rules.ts).
  if (feature && isCoded(feature)) return;
  // A decision without its claim may come after the end: what it makes does not start.
  if (!feature || feature.run !== message.run || feature.attempt !== message.attempt) return;
  if (isFinished(feature)) {
    if ((feature.finished_at ?? 0) < by.began - clocksApartMs) violated("was made after the end of its run");
    return;
  }
  if (!feature.ending) violated("was made although its run does not end");
  if (after.id !== undoJobId(feature, key)) violated("has another id than an undo has");
  const own = peek(stepJobId(feature, key));
  const completed = completedOf(feature, peek);
  if (own && own.status !== "completed" && !(isUndoneByItem(feature.event, key) && isFinished(own)))
    violated(`was made for a step that is ${own.status}`);
  for (const [other, { on_parent_end }] of stepsOf(feature.event)) {
    const open = peek(stepJobId(feature, other));
    // One that a late decision has made may be claimed, and then cancels itself.
    const isLate = open !== undefined && lifeOf(open.id).orphaned === open.claim_id && open.claim_id !== undefined;
    if (open?.status === "running" && on_parent_end !== "abandon" && !isLate && open.retried_after === undefined)
      violated(`was made while ${other} is running`);
  }
  const isOver = (other: string) => {
    const id = undoJobId(feature, other);
    const undo = peek(id);
    return undo ? isFinished(undo) || undo.retried_after !== undefined : lifeOf(id).isDeleted;
  };
  const needs = (one: string, other: string) => needsOf(feature.event, one).has(other);
  // By clocks that differ, what another one needed may seem to have ended after it: then it has to wait for that.
  const isHeld = (one: string) => completed.some((other) => needs(other.key, one) && !isOver(other.key));
  const isLater = (other: { key: string; job: Job }) =>
    needs(other.key, key) ||
    (!needs(key, other.key) &&
      !isHeld(other.key) &&
      (other.job.finished_at ?? 0) > (own?.finished_at ?? Number.POSITIVE_INFINITY));
  for (const other of completed) {
    if (other.key === key || !isLater(other)) continue;
    // A step that was retried by hand may have completed a moment ago.
    if (!isOver(other.key) && other.job.retried_after === undefined)
      violated(`was made before that of ${other.key} had ended`);
  }
}

/** A run with something to undo does not end before it is undone, unless somebody ends it by force or its decisions crash. */
export function undoneBeforeTheEnd({ observer }: Ledger, { by, before, after, peek }: Write) {
  if (before?.status !== "running" || after.type !== "feature" || !after.undoes || after.run !== before.run) return;
  if (after.status !== "failed" && after.status !== "cancelled") return;
  const isForced = by.purpose === "change" && before.ending !== undefined;
  if (isForced || after.reason === "by force" || after.rolled_back?.error) {
    observer.cover("undo: a run ends without all of it");
    return;
  }
  const violated = (what: string) => observer.violated("undo", `${nameOf(after)} ends as ${after.status}, and ${what}`);
  const completed = completedOf(before, peek).filter(({ job }) => job.retried_after === undefined);
  const undos = completed.flatMap(({ key }) => {
    const undo = peek(undoJobId(before, key));
    return undo ? [undo] : [];
  });
  for (const undo of undos)
    if (!isFinished(undo) && undo.retried_after === undefined) violated(`the undo ${nameOf(undo)} is ${undo.status}`);
  if (completed.length === 0) return;
  if (!before.ending) violated("steps of it have completed that can be undone");
  const { steps = 0, failed = 0 } = after.rolled_back ?? {};
  if (steps < completed.length) violated(`${steps} of its ${completed.length} steps were to be undone`);
  const inVain = undos.filter(({ status, retried_after }) => status !== "completed" && retried_after === undefined);
  if (failed < inVain.length) violated(`says that ${failed} undos have failed, and ${inVain.length} have`);
  observer.cover(`undo: ${failed > 0 ? "failed in part" : "done"}`);
}

/** A run that was rolled back keeps nothing of its former steps when it is retried, and goes on only if all is undone. */
export function retriedFromTheStart({ observer }: Ledger, { before, after }: Write) {
  if (!before?.rolled_back || before.status !== "failed" || isFinished(after)) return;
  observer.cover("undo: a run begins anew");
  if (before.rolled_back.failed > 0 || before.rolled_back.error)
    observer.violated("undo", `${nameOf(after)} is retried, and not all was undone`);
  if (after.progress || after.begun_anew !== after.attempt)
    observer.violated("undo", `${nameOf(after)} is retried, and keeps what was undone`);
}

interface Ended {
  system: { jobs: { all(): Job[]; peek: Peek }; load(stored: Stored): unknown };
  ledger: Ledger;
  hardship: Hardship;
}

interface StepShown {
  status: string;
  undo?: { status: string; job_id?: string; finished_at?: number };
}

/** What a run shows of its undo is what has become of it. */
export function undosAreWhole({ system, ledger: { observer, lifeOf } }: Ended) {
  for (const job of system.jobs.all()) {
    if (!job.rolled_back || !job.progress || job.reason === "by force") continue;
    const steps = system.load(job.progress) as Record<string, StepShown>;
    const undone = Object.entries(steps).filter(([, { undo }]) => undo);
    const violated = (what: string) => observer.violated("undo", `${nameOf(job)} ${what}`);
    for (const [key, { status, undo }] of undone) {
      if (status !== "completed" && !isUndoneByItem(job.event, key)) violated(`has undone ${key}, which is ${status}`);
      const child = system.jobs.peek(undo?.job_id ?? "");
      const isKnown = child && child.retried_after === undefined && !lifeOf(child.id).wasDeleted;
      const isEnd = undo?.finished_at !== undefined;
      if (isKnown && isEnd && isFinished(child) && undo.status !== child.status)
        violated(`shows the undo of ${key} as ${undo?.status}, and it is ${child.status}`);
    }
  }
}
