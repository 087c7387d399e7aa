import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { stepJobId } from "../../lambdas/core/job/job-id.ts";
import { isCoded } from "./coded.ts";
import { type Ledger, nameOf, stepKey } from "./ledger.ts";
import { catalog } from "./product.ts";
import { clocksApartMs, type Write } from "./write.ts";

/** A step as the catalog has it. */
export interface Step {
  event?: string;
  step?: string;
  depends_on?: string[];
  delay?: number;
  allow_fail?: boolean;
  if?: unknown;
  wait?: unknown;
  approve?: unknown;
  undo?: { each?: boolean };
  on_parent_end?: unknown;
}

/** The steps of a feature's event, by `sequence.step`, each with its dependencies: by default the step before it. */
export function stepsOf(event: string): [key: string, step: Step, needs: string[]][] {
  // The steps of a list are in no catalog (for-each-rules.ts).
  const { sequences = {} } = (catalog.lookup("sim", event)?.target ?? {}) as { sequences?: Record<string, Step[]> };
  return Object.entries(sequences).flatMap(([sequence, list]) => {
    const keys = list.map(({ event = "", step = event }) => `${sequence}.${step}`);
    return list.map((step, i): [string, Step, string[]] => {
      const before = keys.slice(0, i).slice(-1);
      const named = step.depends_on?.map((name) => (name.includes(".") ? name : `${sequence}.${name}`));
      return [keys[i] as string, step, named ?? before];
    });
  });
}

/**
 * Whether a step was started for an earlier feature with the same id: a consumer that was suspended may start one after that
 * feature was deleted and its idempotency key made another.
 */
export const isOfEarlierFeature = ({ id, parent }: Job, feature: Job | undefined): boolean =>
  parent !== undefined &&
  feature !== undefined &&
  id !== stepJobId({ ...feature, run: parent.message.run }, parent.step);

/** Invariant 4 for features: one job per step, and none from a decision that came after the feature's end. */
export function stepsStartOnce({ observer, steps, isDone, lifeOf }: Ledger, { by, before, after, peek }: Write) {
  if (before || !after.parent) return;
  const { message, step } = after.parent;
  const feature = peek(message.job_id);
  // Undos have rules of their own (undo-rules.ts).
  if (after.parent.undo || isOfEarlierFeature(after, feature)) return;
  const key = stepKey(message, step);
  const other = steps.get(key);
  // A run that was rolled back runs its steps anew.
  const isFormer = (peek(other ?? "")?.parent?.message.attempt ?? 0) < (feature?.begun_anew ?? 0);
  if (isFormer) isDone.delete(key);
  if (other !== undefined && other !== after.id && peek(other) && !isFormer)
    observer.violated("feature", `${nameOf(after)} is another job of step ${step}`);
  if ([message.attempt, "any"].includes(isDone.get(key) ?? 0))
    observer.violated("feature", `${nameOf(after)} does step ${step} again, which had completed`);
  steps.set(key, after.id);
  lifeOf(after.id).feature = lifeOf(message.job_id);
  if (feature && isFinished(feature) && (feature.finished_at ?? 0) < by.began - clocksApartMs)
    observer.violated(4, `step ${step} of ${nameOf(feature)} was started after its end`);
}

/** A step starts when what it depends on has ended, and after its delay. */
export function stepsWait({ observer, steps }: Ledger, { by, before, after, peek }: Write) {
  const { parent } = after;
  const feature = parent && peek(parent.message.job_id);
  if (before || !parent || parent.undo || !feature || isOfEarlierFeature(after, feature)) return;
  const all = stepsOf(feature.event);
  const [, step, needs] = all.find(([key]) => key === parent.step) ?? [];
  for (const need of needs ?? []) {
    const id = steps.get(stepKey(parent.message, need));
    const needed = id === undefined ? undefined : peek(id);
    const [, { if: condition, allow_fail, wait, approve } = {}] = all.find(([key]) => key === need) ?? [];
    // Without a job it was skipped, failed at once, or waited.
    const hasNone = condition !== undefined || allow_fail || wait || approve;
    // Its end is in the log when somebody retries it by hand, which may be done at any time. One that its feature has revived is open.
    const isRetried = needed?.retried_after !== undefined && !needed.revived;
    const isOver = needed !== undefined ? isFinished(needed) || isRetried : id !== undefined || hasNone;
    if (!isOver) observer.violated("feature", `${nameOf(after)} (${parent.step}) was started before ${need} had ended`);
  }
  const early = by.began + by.skew + (step?.delay ?? 0) - after.due_at;
  if (early > 0)
    observer.violated("feature", `${nameOf(after)} (${parent.step}) is due ${early} ms before its delay is over`);
}

/** A feature's consumer cancels a step only if the feature is over. */
export function stepsEndForAReason({ observer, lifeOf }: Ledger, { by, before, after, peek }: Write) {
  const { parent } = after;
  if (!parent || !before || isFinished(before) || after.status !== "cancelled") return;
  if (by.purpose !== "decider" || by.job_id === after.id) return;
  // A race of code closes its losers (code-rules.ts).
  if (isCoded(peek(parent.message.job_id) ?? after)) return;
  const { job_id, run, attempt } = parent.message;
  const feature = lifeOf(job_id) === lifeOf(after.id).feature ? peek(job_id) : undefined;
  if (feature && !isFinished(feature) && !feature.ending && feature.run === run && feature.attempt === attempt)
    observer.violated(
      "feature",
      `${nameOf(after)} (${parent.step}) was cancelled by ${by.what}, and its feature continues`,
    );
}

/** A step that is retried with its feature before it started still waits for its delay. */
export function revivedWaits({ observer }: Ledger, { by, before, after }: Write) {
  if (by.purpose !== "decider" || before?.status !== "cancelled" || isFinished(after)) return;
  if (before.started_at === undefined && after.due_at < before.due_at)
    observer.violated(
      "feature",
      `${nameOf(after)} is revived ${before.due_at - after.due_at} ms before its delay is over`,
    );
}

/** A feature fails because of a step that has failed, and never because of one that is still open. */
export function failsForAStep({ observer, steps }: Ledger, { before, after, peek }: Write) {
  if (after.status !== "failed" || before?.status !== "running") return;
  const [, key] = /^Step (.+?) failed: /.exec(after.error?.message ?? "") ?? [];
  if (!key) return;
  const ofRun = (step: string) => stepKey({ job_id: after.id, run: after.run }, step);
  // The error names the step as its handler does. A run of code that began anew has other jobs for its keys, and is at the last of its parts.
  const ofLaterParts = [...steps.keys()].filter((one) => one.startsWith(ofRun(`${key} of part `)));
  const id = steps.get(ofLaterParts.at(-1) ?? ofRun(key));
  const step = id ? peek(id) : undefined;
  // A decision that died had made its job, and by now its input cannot be made any more: somebody has deleted a job before it.
  const isUnrecorded = step?.version === 1;
  // Whoever retries a step by hand may do so at any time.
  if (step && !isFinished(step) && !isUnrecorded && step.retried_after === undefined)
    observer.violated("feature", `${nameOf(after)} failed for step ${key}, which is ${step.status}`);
}

/** A job that has started no longer expires. A feature between two decisions has started. */
export function startedStays({ observer }: Ledger, { before, after, peek }: Write) {
  if (after.reason !== "expired" || before?.status !== "running" || before.parked_since === undefined) return;
  // It ends with the reason of its feature, which has expired before the attempt of its retry.
  const ofFeature = after.parent && peek(after.parent.message.job_id)?.reason === "expired";
  if (!ofFeature) observer.violated("consumer", `${nameOf(before)} expired between two decisions`);
}

/** A revived feature is no longer over for steps that were claimed while it was, and that start only now. */
export function revivedGoesOn({ lifeOf, steps }: Ledger, { before, after }: Write) {
  if (before && isFinished(before) && !isFinished(after)) startAgain(after.id);

  function startAgain(featureId: string) {
    for (const [key, id] of steps) {
      if (!key.startsWith(featureId)) continue;
      delete lifeOf(id).orphaned;
      startAgain(id);
    }
  }
}
