import type { Condition } from "../../../core/catalog/condition.ts";
import type { DefinedStep, GraphStep } from "../../../core/catalog/job-type.ts";
import { referencesInTemplate } from "../../../core/expressions/evaluate.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { asksOf, shownTemplates } from "./approve.ts";
import {
  type Awaited,
  type FeatureTarget,
  type ForEach,
  itemLimits,
  itemNames,
  type Undo,
  type Wait,
} from "./target.ts";

export type StepDefinition = FeatureTarget["sequences"][string][number];
/** A step that starts a job. */
export type JobStep = StepDefinition & { event: string };

/** A step and its position, of which it is known that it starts a job. */
export type PlacedJobStep = PlacedStep & { step: JobStep };

/** Whether a step, if there is one, waits as one that has begun to: for the decision of a person, or for signals or a time. */
export const isWaitOf = (step: StepDefinition | undefined, begun: { approval?: object | undefined }): boolean =>
  step?.[begun.approval ? "approve" : "wait"] !== undefined;

export const startsJob = (placed: PlacedStep): placed is PlacedJobStep => placed.step.event !== undefined;

/** A step and its position. `key` and the keys that it depends on are `sequence.step`. */
export interface PlacedStep {
  key: string;
  sequence: string;
  name: string;
  step: StepDefinition;
  dependsOn: string[];
  /** Its path in the target, for faults. */
  path: (string | number)[];
}

/** Every step of a feature in the order in which it is written. One in code has none that is known before it runs. */
export function stepsOf({ sequences = {} }: Pick<Partial<FeatureTarget>, "sequences">): PlacedStep[] {
  const keys = new Set(
    Object.entries(sequences).flatMap(([sequence, steps]) =>
      steps.map((step) => stepKeyOf(sequence, stepNameOf(step))),
    ),
  );
  return Object.entries(sequences).flatMap(([sequence, steps]) =>
    steps.map((step, i) => {
      const before = steps[i - 1];
      const dependsOn = step.depends_on?.map((name) => meant(name, sequence, keys));
      return {
        key: stepKeyOf(sequence, stepNameOf(step)),
        sequence,
        name: stepNameOf(step),
        step,
        dependsOn: dependsOn ?? (before ? [stepKeyOf(sequence, stepNameOf(before))] : []),
        path: ["sequences", sequence, i],
      };
    }),
  );
}

/** A step as the graph of a job shows it: never its input, nor what its conditions compare. */
export const graphStepOf = ({ key, sequence, dependsOn, step }: PlacedStep): GraphStep => ({
  step: key,
  sequence,
  depends_on: dependsOn,
  conditional: step.if !== undefined,
  ...defined({
    event: step.event,
    app: step.app,
    delay: step.delay,
    allow_fail: step.allow_fail,
    waits_for: step.approve ? { approval: true as const } : step.wait && waitTexts(step.wait),
    undo: step.undo?.event,
    undo_each: step.undo?.each ? (true as const) : undefined,
    on_parent_end: step.on_parent_end === "abandon" ? step.on_parent_end : undefined,
    for_each: step.for_each && ({ concurrency: concurrencyOf(step.for_each) } as const),
  }),
});

/** The signals that a wait is for; one for time has none. */
export const awaitedBy = ({ signal, key, any = [] }: Wait): Awaited[] =>
  signal === undefined ? any : [{ signal, ...defined({ key }) }];

export const concurrencyOf = ({ concurrency = itemLimits.usualConcurrency }: ForEach): number => concurrency;

/** What a wait is for, as the graph of a job shows it. */
const waitTexts = (wait: Wait) => {
  const signals = awaitedBy(wait).map(({ signal }) => signal);
  return signals.length > 0 ? { signals } : { time: true as const };
};

/** A step with all that it says. What it leaves out, and what it says although that is the default, are the same. */
export function definedStepOf(placed: PlacedStep): DefinedStep {
  const { step: _name, input = {}, delay = 0, allow_fail = false, ...rest } = placed.step;
  return { ...graphStepOf(placed), says: { ...rest, input, delay, allow_fail, depends_on: placed.dependsOn } };
}

const stepKeyOf = (sequence: string, name: string): string => `${sequence}.${name}`;

/** A step that has an undo. */
export type UndoneStep = PlacedJobStep & { step: { undo: Undo } };

export const hasUndo = (placed: PlacedStep): placed is UndoneStep => placed.step.undo !== undefined;

/** The templates of a step's undo. */
export const undoneIn = ({ undo }: StepDefinition): unknown[] => (undo ? [undo.input] : []);

/** The job that undoes a step, as a step: its event is asked and checked like that of one. */
export const undoStepOf = (placed: UndoneStep): PlacedJobStep => {
  const { event, app, input = {}, each } = placed.step.undo;
  const for_each = each ? placed.step.for_each : undefined;
  return { ...placed, step: { event, input, ...defined({ app, for_each }) }, path: [...placed.path, "undo"] };
};

/** A step whose items are undone one by one. */
export type UndoneForEach = UndoneStep & { step: { for_each: ForEach } };

export const isUndoneForEach = (placed: PlacedStep): placed is UndoneForEach =>
  placed.step.undo?.each === true && placed.step.for_each !== undefined;

/** Whether the undo of a step's items refers to the item itself, and to its result. */
export const itemIn = ({ step: { undo, for_each } }: UndoneForEach): boolean =>
  referencesInTemplate(undo.input).some(
    ({ root, path }) => root === "Each" && path[0] === (for_each.as ?? itemNames.usual),
  );
export const undoNeedsResult = ({ step: { undo } }: UndoneStep): boolean =>
  referencesInTemplate(undo.input).some(({ root }) => root === "Step");

/** The keys of all steps that end before one starts. */
export function ancestors(
  placed: PlacedStep,
  byKey: ReadonlyMap<string, PlacedStep>,
  seen = new Set<string>(),
): Set<string> {
  for (const key of placed.dependsOn) {
    const next = byKey.get(key);
    if (!next || seen.has(key)) continue;
    seen.add(key);
    ancestors(next, byKey, seen);
  }
  return seen;
}

/** The key of a step that is named by its key, or by its name alone within the same sequence. Both may contain dots. */
function meant(name: string, sequence: string, keys: ReadonlySet<string>): string {
  const near = stepKeyOf(sequence, name);
  return keys.has(name) || (name.includes(".") && !keys.has(near)) ? name : near;
}

export const stepConditions = ({ if: conditions = [] }: StepDefinition): Condition[] => [conditions].flat();

/** The templates of a wait: the keys of its signals, and its time. */
const waitTextsOf = ({ wait }: StepDefinition): unknown[] =>
  wait === undefined ? [] : [...awaitedBy(wait).map(({ key }) => key), wait.until].filter((text) => text !== undefined);

/** The templates of a step that waits, for whatever it does. */
export const awaitedIn = (step: StepDefinition): unknown[] => [
  ...waitTextsOf(step),
  ...(step.approve ? [shownTemplates(step.approve), asksOf(step.approve).map(({ input }) => input)] : []),
];

/** The templates of a step that the run evaluates for the step as a whole. The input of a step with `for_each` is made for each item. */
export const templatesIn = (step: StepDefinition): unknown[] => [
  step.input,
  step.for_each?.items,
  ...comparedIn(step),
  ...awaitedIn(step),
];

/** The templates in a step's conditions. */
export const comparedIn = (step: StepDefinition): unknown[] =>
  stepConditions(step).flatMap(({ value, equals, not_equals }) => [value, equals, not_equals]);

const stepNameOf = (step: StepDefinition): string => step.step ?? step.event ?? "";
