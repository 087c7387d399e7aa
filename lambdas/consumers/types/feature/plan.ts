import { resolve, type Scope, stepsNamedIn } from "../../../core/expressions/evaluate.ts";
import { holds } from "../../../core/expressions/holds.ts";
import type { AttemptError } from "../../../core/job/attempt.ts";
import { JobError, MissingInCatalog } from "../../../core/job/job-error.ts";
import type { JobStepView } from "../../../core/queries/step-view.ts";
import { beginApproval } from "./approvals.ts";
import { type ItemsToRun, itemsToRun } from "./for-each.ts";
import { refusedStep, waitsFor } from "./step-faults.ts";
import { type BegunWait, hasStepEnded, type StepState, type StepStates } from "./step-state.ts";
import { type PlacedJobStep, type PlacedStep, startsJob, stepConditions, stepsOf, templatesIn } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";
import { beginWait } from "./waits.ts";

export interface ReadyStep {
  placed: PlacedJobStep;
  /** The input of its job. */
  input: Record<string, unknown>;
  /** For each of which a job runs, of a step with `for_each`, whose input is made for each item. */
  items?: ItemsToRun;
}

interface Plan {
  /** The steps whose jobs start now. */
  ready: ReadyStep[];
  /** The waits that begin now. */
  waits: BegunWait[];
  /** The steps that end in this decision: skipped, or failed because their input could not be made. Or that wait for what the catalog has lost. */
  ended: StepStates;
  outcome: { is: "going on" } | { is: "completed" } | { is: "failed"; key: string; error: AttemptError };
}

/** Whether a step waits for what the catalog has lost. */
export const isNotStarted = (state: Pick<StepState, "status"> | undefined): boolean => state?.status === "not_started";

/** A step whose input cannot be made has failed, or waits for what the catalog has lost. */
export function withoutInput(error: unknown, now: number): JobStepView {
  if (error instanceof MissingInCatalog) return { status: "not_started", error: waitsFor(error.message) };
  const { code, message } =
    error instanceof JobError
      ? error
      : ({ code: "VALIDATION_ERROR", message: "The step's input could not be made." } as const);
  return refusedStep({ code, message, retryable: false }, now);
}

/**
 * What to do next in a feature, given the states of its steps. A step that is skipped or fails at once may make others ready, so
 * the planning repeats until nothing changes. The conditions of steps that have `begun` held already: they are not asked again.
 */
export function plan(
  target: FeatureTarget,
  states: StepStates,
  scope: Scope,
  begun: ReadonlySet<string> = new Set(),
): Plan {
  const steps = stepsOf(target);
  const ended: StepStates = {};
  const ready = new Map<string, ReadyStep>();
  const waits = new Map<string, BegunWait>();
  const stateOf = (key: string) => ended[key] ?? states[key];
  const isOpen = ({ key }: PlacedStep) => stateOf(key) === undefined && !ready.has(key) && !waits.has(key);
  const isFree = ({ dependsOn }: PlacedStep) => dependsOn.every((key) => hasStepEnded(stateOf(key)));
  for (let changed = true; changed; ) {
    changed = false;
    if (failedStep(steps, stateOf)) break;
    for (const placed of steps.filter(isOpen).filter(isFree)) {
      changed = true;
      const made = beginStep(placed, scope, begun);
      if ("input" in made) ready.set(placed.key, made);
      else if ("opened" in made) waits.set(placed.key, made);
      else ended[placed.key] = made;
    }
  }
  const failed = failedStep(steps, stateOf);
  if (failed) {
    const error = stateOf(failed.key)?.error ?? {
      code: "PROVIDER_ERROR",
      message: "It was cancelled.",
      retryable: false,
    };
    return { ready: [], waits: [], ended, outcome: { is: "failed", key: failed.key, error } };
  }
  const done = steps.every(({ key }) => hasStepEnded(stateOf(key)));
  const going = { ready: [...ready.values()], waits: [...waits.values()] };
  return { ...going, ended, outcome: { is: done ? "completed" : "going on" } };
}

/** The steps whose results a plan may need. */
export interface WantedResults {
  /** Steps that are referred to, by a step that may start now, or by the output if the feature may complete now. */
  referred: Set<string>;
  /** Steps that make up the result: all of them, if the feature has no output and may complete now. */
  gathered: Set<string>;
  /** How many bytes of other values the decision reads besides. Default: none. */
  beside?: number;
}

/** The steps whose results a plan may need. The other results, which may be large, are not read. */
export function resultsFor(target: FeatureTarget, states: StepStates): WantedResults {
  const steps = stepsOf(target);
  const byKey = new Map(steps.map((placed) => [placed.key, placed]));
  const over = new Map<string, boolean>();
  const mayStart = ({ key, dependsOn }: PlacedStep): boolean => states[key] === undefined && dependsOn.every(mayBeOver);
  // A step that the plan itself ends, as skipped or failed, may make others ready.
  function mayBeOver(key: string): boolean {
    const placed = byKey.get(key);
    const endsInPlan = placed?.step.if !== undefined || placed?.step.allow_fail === true;
    const known =
      over.get(key) ?? (hasStepEnded(states[key]) || (placed !== undefined && endsInPlan && mayStart(placed)));
    over.set(key, known);
    return known;
  }
  const ofSteps = steps.filter(mayStart).flatMap(({ step }) => stepsNamedIn(templatesIn(step)));
  const mayComplete = steps.every(({ key }) => mayBeOver(key));
  const ofOutput = mayComplete && target.output ? stepsNamedIn(target.output) : [];
  return {
    referred: new Set([...ofSteps, ...ofOutput]),
    gathered: new Set(mayComplete && !target.output ? steps.map(({ key }) => key) : []),
  };
}

const failedStep = (steps: PlacedStep[], stateOf: (key: string) => StepState | undefined): PlacedStep | undefined =>
  steps.find(({ key, step }) => ["failed", "cancelled"].includes(stateOf(key)?.status ?? "") && !step.allow_fail);

function beginStep(placed: PlacedStep, scope: Scope, begun: ReadonlySet<string>): ReadyStep | BegunWait | StepState {
  const { step, key } = placed;
  try {
    if (!begun.has(key) && !stepConditions(step).every((condition) => holds(condition, scope))) {
      return { status: "skipped", finished_at: scope.now };
    }
    if (startsJob(placed) && step.for_each) return { placed, input: {}, items: itemsToRun(step.for_each, scope) };
    if (startsJob(placed)) return { placed, input: resolve(step.input ?? {}, scope) as Record<string, unknown> };
    return step.approve ? beginApproval(placed, step.approve, scope) : beginWait(placed, scope);
  } catch (error) {
    return withoutInput(error, scope.now);
  }
}
