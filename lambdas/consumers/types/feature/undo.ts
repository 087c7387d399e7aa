import { resolve, type Scope, stepsNamedIn } from "../../../core/expressions/evaluate.ts";
import type { UndoCounts } from "../../../core/job/ending.ts";
import { isFinished, isWaiting, type Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { undoJobId } from "../../../core/job/job-id.ts";
import { childIdOf, isList, isListProgress } from "../../../core/job/list.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { cancelStep, isAbandoned } from "../../../core/operations/change-job.ts";
import { type AttemptServices, Ended, type Parked } from "../../../core/operations/execution.ts";
import { stepReasons } from "../../../core/operations/parent-guard.ts";
import { loadIfThere } from "../../../core/operations/payload.ts";
import { type JobStepView, stepViewOf } from "../../../core/queries/step-view.ts";
import { noteMissing } from "../../engine/missing-event.ts";
import { dueOf } from "./next-look.ts";
import { notedWaits } from "./noted-waits.ts";
import { isNotStarted, type ReadyStep, withoutInput } from "./plan.ts";
import { type Loading, mostGatheredBytes, resultsOf } from "./results.ts";
import { hasStepEnded, isResultGone, type StepState, type StepStates, unknownEnd } from "./step-state.ts";
import {
  ancestors,
  hasUndo,
  isUndoneForEach,
  itemIn,
  stepsOf,
  type UndoneStep,
  undoNeedsResult,
  undoStepOf,
} from "./steps.ts";
import type { FeatureTarget } from "./target.ts";
import type { ItemsToUndo } from "./undo-list.ts";
import { stopListening } from "./waits.ts";

/** A run that ends, as a decision finds it. */
export interface EndingRun {
  job: Job;
  feature: FeatureTarget;
  /** The jobs of its steps. */
  children: Map<string, Job>;
  /** The states of its steps as the last decision has recorded them. */
  recorded: StepStates;
  /** What the undos may refer to, besides results. */
  values: Omit<Scope, "results" | "gone">;
  loading: Loading;
  /** Starts the job that undoes a step, or the list that undoes its items. */
  start: (undo: ReadyStep, items?: ItemsToUndo) => Promise<StartedUndo>;
  /** Parks the run until a job has ended, or AWS or the catalog has to be asked again. */
  park: (states: StepStates, left: { undos?: UndoCounts; due?: number[]; refused?: Refused }) => Promise<Parked>;
}

type Refused = boolean | "missing";

interface StartedUndo {
  state?: JobStepView;
  due: number[];
  refused: Refused;
}

/**
 * A decision of a run that ends: it cancels what is open, then runs the undos of the completed steps, one at a time, and ends the run. What
 * has been started is found by its derived id, and the order follows from how the steps have ended, so that deciding twice changes nothing.
 */
export async function endRun(services: AttemptServices, run: EndingRun): Promise<Parked | Ended> {
  const { job, feature, children } = run;
  await cancelOpenSteps(services, run);
  const now = services.clock.now();
  const states = endedStates(services, run, now);
  services.claim.noteWaits(() => notedWaits(states, run.recorded));
  // One that is a feature itself undoes its own steps first, and they have come after what this run has still to undo.
  if ([...children.values()].some((child) => !isFinished(child) && !isAbandoned(child))) return run.park(states, {});
  // The counts are noted with the first undo: nothing more is cancelled from then on.
  const undoing = job.ending?.steps === undefined ? await undoingItems(services, [...children.values()]) : [];
  if (undoing.length > 0) return run.park(states, { due: undoing.map((item) => dueOf(item, now)) });
  let isRecorded = true;
  for (const placed of undoOrder(feature, states)) {
    const { key } = placed;
    const known = states[key]?.undo;
    if (hasStepEnded(known)) continue;
    const found = await services.jobs.get(undoJobId(job, key));
    const note = (undo: JobStepView) => {
      states[key] = { ...(states[key] as StepState), undo };
    };
    if (found && isFinished(found)) {
      note(stepViewOf(found, now));
      continue;
    }
    if (!found && known?.job_id !== undefined) {
      note({ ...known, status: "failed", finished_at: now, error: unknownEnd });
      isRecorded = false;
      continue;
    }
    if (found && !(isWaiting(found) && found.version === 1 && known?.job_id === undefined)) {
      note(stepViewOf(found, now));
      return run.park(states, { undos: declaredUndoCounts(feature, states), due: [found.due_at] });
    }
    // That an undo cannot be made is decided here, and would be decided otherwise at another time.
    if (!isRecorded) await services.claim.record(states);
    isRecorded = true;
    const { state, due, refused } = await beginUndo(services, run, placed, states);
    if (state) note(state);
    if (state && hasStepEnded(state)) isRecorded = false;
    else return run.park(states, { undos: declaredUndoCounts(feature, states), due, refused });
  }
  return new Ended(states, { undos: declaredUndoCounts(feature, states) });
}

/** Cancels what has not ended. What a decision without its claim may still start cancels itself (`endedParentOf`). */
async function cancelOpenSteps(services: AttemptServices, { job, children, recorded }: EndingRun): Promise<void> {
  const reason = job.ending?.cause === "failed" ? stepReasons.featureFailed : stepReasons.featureCancelled;
  const open = [...children].flatMap(([key, child]) => (isFinished(child) ? [] : [{ key, id: child.id }]));
  // Steps of an earlier definition of the run.
  const former = Object.entries(recorded).flatMap(([key, { job_id: id, finished_at }]) =>
    id === undefined || finished_at !== undefined || children.has(key) ? [] : [{ key, id }],
  );
  await Promise.all(
    [...open, ...former].map(async ({ key, id }) => {
      const after = await cancelStep(services, id, job, reason);
      if (after) children.set(key, after);
    }),
  );
}

/**
 * The features among the items of lists that undo their own steps. A list does not wait for that at its end, and what wakes it then wakes nobody:
 * the run looks for them.
 */
async function undoingItems(services: AttemptServices, children: readonly Job[]): Promise<Job[]> {
  const { jobs, blobs } = services;
  const undoing: Job[] = [];
  for (const list of children.filter(isList)) {
    if (!isFinished(list) || list.status === "completed" || !list.progress) continue;
    const progress = await loadIfThere(blobs, list.progress);
    const open = isListProgress(progress) ? progress.list.open : [];
    const items = open.length > 0 ? await jobs.getMany(open.map((child) => childIdOf(list, child))) : [];
    undoing.push(...items.filter((item) => item.ending), ...(await undoingItems(services, items)));
  }
  return undoing;
}

/** The states of the steps of a run that goes on no more, with what the last decision knew of their undos. */
function endedStates(
  services: AttemptServices,
  { job, children, recorded }: Pick<EndingRun, "job" | "children" | "recorded">,
  now: number,
): StepStates {
  const waited: StepStates = {};
  const withoutJob = Object.entries(recorded).flatMap(([key, state]): [string, StepState][] => {
    if (children.has(key)) return [];
    // A wait that the failure of the run has ended has no time of its end.
    const isOpenWait = state.until !== undefined && state.finished_at === undefined;
    if (isOpenWait) waited[key] = state;
    if (isOpenWait) return [[key, { ...state, status: "cancelled", finished_at: now }]];
    if (hasStepEnded(state)) return [[key, state]];
    if (state.job_id === undefined) return [];
    return [[key, { ...state, status: "failed", finished_at: now, error: unknownEnd }]];
  });
  if (Object.keys(waited).length > 0) services.claim.whenRecorded(() => stopListening(services, job, waited));
  const ofJobs = [...children].map(([key, child]): [string, StepState] => {
    const { result, undo } = recorded[key] ?? {};
    const kept = child.status === "completed" ? defined({ result }) : {};
    return [key, { ...stepViewOf(child, now), ...kept, ...(isFinished(child) && defined({ undo })) }];
  });
  return Object.fromEntries([...withoutJob, ...ofJobs]);
}

async function beginUndo(
  services: AttemptServices,
  { values, loading, start, ...run }: EndingRun,
  placed: UndoneStep,
  states: StepStates,
) {
  const { feature, children } = run;
  const wanted = {
    referred: new Set(stepsInUndo(placed)),
    gathered: new Set<string>(),
    // Results of items, which are read page by page.
    beside: isUndoneForEach(placed) && undoNeedsResult(placed) ? mostGatheredBytes : 0,
  };
  const gone = new Set([...wanted.referred].filter((key) => !children.has(key) && isResultGone(states[key])));
  const undone = [placed.sequence, placed.name] as const;
  const made = undoStepOf(placed);
  const list = children.get(placed.key);
  try {
    // A result that is gone is a fault of this undo, and of no other one.
    const found = await resultsOf(loading, feature, children, states, wanted);
    const scope = { ...values, ...found, gone, undone };
    if (isUndoneForEach(placed)) {
      const items = { placed, list: list && isList(list) ? list : undefined, state: states[placed.key], scope };
      return await start({ placed: made, input: {} }, items);
    }
    return await start({ placed: made, input: resolve(made.step.input, scope) as Record<string, unknown> });
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    const state = withoutInput(error, values.now);
    if (isNotStarted(state)) noteMissing(services.log, run.job, made.step.event, state.error?.message);
    return { state, due: [], refused: isNotStarted(state) ? ("missing" as const) : false };
  }
}

/**
 * The completed steps that have an undo, in the order in which they are undone: the one that completed last comes first, but none before
 * those that depended on it. Clocks differ, so that what came later may seem to have ended earlier. Of several that ended at the same
 * time, the last one in the definition comes first.
 */
export function undoOrder(feature: FeatureTarget, states: StepStates): UndoneStep[] {
  const steps = stepsOf(feature);
  const byKey = new Map(steps.map((placed) => [placed.key, placed]));
  const left = steps
    .filter(hasUndo)
    .filter((placed) => hasToBeUndone(placed, states[placed.key]))
    .map((placed) => ({ placed, before: ancestors(placed, byKey), at: states[placed.key]?.finished_at ?? 0 }));
  left.reverse().sort((a, b) => b.at - a.at);
  const ordered: UndoneStep[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ placed }) => !left.some(({ before }) => before.has(placed.key)));
    // Without cycles, which no catalog has, there is always one.
    ordered.push(...left.splice(Math.max(0, next), 1).map(({ placed }) => placed));
  }
  return ordered;
}

/** Whether a step has done something that is undone: it has completed, or items of it may have, which are undone one by one. */
function hasToBeUndone(placed: UndoneStep, state: StepState | undefined): boolean {
  if (state?.status === "completed") return true;
  return isUndoneForEach(placed) && state?.job_id !== undefined && state.status !== "skipped" && hasStepEnded(state);
}

function declaredUndoCounts(feature: FeatureTarget, states: StepStates): UndoCounts {
  const undos = undoOrder(feature, states).map(({ key }) => states[key]?.undo);
  const undone = undos.filter((undo) => undo?.status === "completed").length;
  const over = undos.filter(hasStepEnded).length;
  return { steps: undos.length, undone, failed: over - undone };
}

/** The steps whose results an undo refers to. */
export function stepsInUndo(placed: UndoneStep): string[] {
  const ofInput = stepsNamedIn(placed.step.undo.input);
  if (!isUndoneForEach(placed)) return [...ofInput, ...(undoNeedsResult(placed) ? [placed.key] : [])];
  // The result of the step says which items have completed.
  return [...ofInput, placed.key, ...(itemIn(placed) ? stepsNamedIn(placed.step.for_each.items) : [])];
}

/**
 * Whether a run that fails may have steps to undo: one has completed, or is open, or a decision that has lost its claim may be about to
 * start it.
 */
export function hasToUndo(feature: FeatureTarget, states: StepStates): boolean {
  const isOver = (key: string) => ["completed", "skipped"].includes(states[key]?.status ?? "");
  const mayFail = new Set(stepsOf(feature).flatMap(({ key, step }) => (step.allow_fail ? [key] : [])));
  return stepsOf(feature)
    .filter(hasUndo)
    .some((placed) => {
      const { key, dependsOn } = placed;
      const state = states[key];
      if (hasToBeUndone(placed, state)) return true;
      return (
        !hasStepEnded(state) &&
        dependsOn.every((need) => isOver(need) || (mayFail.has(need) && hasStepEnded(states[need])))
      );
    });
}
