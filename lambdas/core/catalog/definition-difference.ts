import { fingerprint } from "../job/job-id.ts";
import type { FeatureDefinition } from "./feature-definition.ts";
import type { DefinedStep, Definitions } from "./job-type.ts";

/** What another definition of the same feature says otherwise. By name only: keys that may not see inputs see it. */
export interface DefinitionDifference {
  steps: StepDifference[];
  /** The fields of the event that differ, such as `feature` and `retries`. */
  event: string[];
  /** The constants that differ, or that only one of the two has. */
  constants: string[];
  /** Whether the fields of the feature's input differ. */
  input: boolean;
  /** Whether its output differs. */
  output: boolean;
}

export interface StepDifference {
  /** `sequence.step`. */
  step: string;
  change: "added" | "removed" | "changed";
  /** The fields that differ, of a step that has changed. */
  fields?: string[];
}

/** The steps of a definition, with all that they say. */
export const definedSteps = (registry: Definitions, { event, target }: FeatureDefinition): DefinedStep[] =>
  registry[event.type]?.steps?.(target) ?? [];

/** What `to` says otherwise than `from`: its steps in their order, and then those that it does not have. */
export function differenceOf(
  registry: Definitions,
  from: FeatureDefinition,
  to: FeatureDefinition,
): DefinitionDifference {
  const part = (name: string) => !isSameDefinition(partOf(from.target, name), partOf(to.target, name));
  return {
    steps: stepDifferences(definedSteps(registry, from), definedSteps(registry, to)),
    event: changedFields(from.event, to.event),
    constants: changedFields(from.constants, to.constants),
    input: part("input"),
    output: part("output"),
  };
}

const partOf = (target: unknown, name: string): unknown => ((target ?? {}) as Record<string, unknown>)[name];

function stepDifferences(from: readonly DefinedStep[], to: readonly DefinedStep[]): StepDifference[] {
  const before = byStep(from);
  const after = byStep(to);
  const others = to.flatMap(({ step, says }): StepDifference[] => {
    const known = before.get(step);
    if (!known) return [{ step, change: "added" }];
    const fields = changedFields(known.says, says);
    return fields.length > 0 ? [{ step, change: "changed", fields }] : [];
  });
  const removed = from.flatMap(({ step }): StepDifference[] => (after.has(step) ? [] : [{ step, change: "removed" }]));
  return [...others, ...removed];
}

export const byStep = (steps: readonly DefinedStep[]): Map<string, DefinedStep> =>
  new Map(steps.map((step) => [step.step, step]));

/** The names of the fields that two records do not have alike. */
export const changedFields = (one: Record<string, unknown>, other: Record<string, unknown>): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => !isSameDefinition(one[name], other[name]))
    .sort();

/** Fields in another order are the same. */
const isSameDefinition = (one: unknown, other: unknown): boolean => fingerprint([one]) === fingerprint([other]);
