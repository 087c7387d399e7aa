import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import type { Fault } from "../../../core/errors.ts";
import { didYouMean, jsonPointer } from "../../../core/schema/schema.ts";
import { checkAgainstEvent } from "./check-step.ts";
import { ExpressionFault, isExpression, parseExpression, referencesOf } from "./expression.ts";
import { comparedIn, type PlacedStep, stepsOf } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";

type Path = (string | number)[];

/** Checks what a schema cannot: that the steps of a feature exist, can be ordered, and refer only to earlier steps. */
export function checkFeature(target: FeatureTarget, product: Product, registry: Registry): Fault[] {
  const steps = stepsOf(target);
  const byKey = new Map(steps.map((placed) => [placed.key, placed]));
  const found = [
    ...twice(steps),
    ...steps.flatMap((placed) => [...checkNames(placed, byKey, product), ...checkStep(placed, byKey, target)]),
    ...(target.output ? checkTemplate(target.output, ["output"], { byKey, target }) : []),
    ...cycles(steps),
    ...nestedCycles(target, product),
  ];
  const ofEvents = steps.flatMap(({ step, path }) =>
    checkAgainstEvent(step, product, registry).map((fault) => ({
      ...fault,
      pointer: jsonPointer(path) + fault.pointer,
    })),
  );
  return [...found.map(({ path, detail }) => ({ pointer: jsonPointer(path), detail })), ...ofEvents];
}

interface Found {
  path: Path;
  detail: string;
}

const twice = (steps: PlacedStep[]): Found[] =>
  steps
    .filter(({ key }, i) => steps.findIndex((other) => other.key === key) !== i)
    .map(({ path, key }) => ({ path, detail: `there is another step "${key}"; give it a name of its own.` }));

function checkNames({ step, dependsOn, path }: PlacedStep, byKey: Map<string, PlacedStep>, product: Product): Found[] {
  const events = Object.keys(product.jobs);
  const unknown = dependsOn.filter((key) => !byKey.has(key));
  return [
    ...(Object.hasOwn(product.jobs, step.event)
      ? []
      : [{ path: [...path, "event"], detail: `the product has no such event.${didYouMean(step.event, events)}` }]),
    ...unknown.map((key) => ({
      path: [...path, "depends_on"],
      detail: `there is no step "${key}".${didYouMean(key, [...byKey.keys()])}`,
    })),
  ];
}

function checkStep(placed: PlacedStep, byKey: Map<string, PlacedStep>, target: FeatureTarget): Found[] {
  const scope = { byKey, target, before: ancestors(placed, byKey) };
  const { step, path } = placed;
  return [
    ...checkTemplate(step.input ?? {}, [...path, "input"], scope),
    ...comparedIn(step).flatMap((template) => checkTemplate(template, [...path, "if"], scope)),
  ];
}

/** Every step that has ended by the time this one starts. */
function ancestors(placed: PlacedStep, byKey: Map<string, PlacedStep>, seen = new Set<string>()): Set<string> {
  for (const key of placed.dependsOn) {
    const next = byKey.get(key);
    if (!next || seen.has(key)) continue;
    seen.add(key);
    ancestors(next, byKey, seen);
  }
  return seen;
}

interface Checked {
  byKey: Map<string, PlacedStep>;
  target: FeatureTarget;
  /** The steps that may be referred to. Default: all of them. */
  before?: Set<string>;
}

function checkTemplate(template: unknown, path: Path, checked: Checked): Found[] {
  if (typeof template === "string") return isExpression(template) ? checkText(template, path, checked) : [];
  if (typeof template !== "object" || template === null) return [];
  return Object.entries(template).flatMap(([key, value]) => checkTemplate(value, [...path, key], checked));
}

function checkText(text: string, path: Path, { byKey, target, before }: Checked): Found[] {
  try {
    return referencesOf(parseExpression(text)).flatMap(({ root, path: steps }) => {
      if (root === "Input") return checkInputReference(steps, target).map((detail) => ({ path, detail }));
      if (root !== "Sequence") return [];
      const key = `${steps[0]}.${steps[1]}`;
      if (!byKey.has(key)) return [{ path, detail: `there is no step "${key}".${didYouMean(key, [...byKey.keys()])}` }];
      const known = !before || before.has(key);
      return known
        ? []
        : [{ path, detail: `refers to step "${key}", which may not have ended by then: add it to depends_on.` }];
    });
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    return [{ path, detail: `${error.message} (at ${error.at}).` }];
  }
}

function checkInputReference([field]: string[], { input }: FeatureTarget): string[] {
  if (field === undefined || !input || Object.hasOwn(input, field)) return [];
  return [`the feature's input has no such field "${field}".${didYouMean(field, Object.keys(input))}`];
}

function cycles(steps: PlacedStep[]): Found[] {
  const byKey = new Map(steps.map((placed) => [placed.key, placed]));
  return steps
    .filter((placed) => ancestors(placed, byKey).has(placed.key))
    .map(({ path, key }) => ({ path: [...path, "depends_on"], detail: `step "${key}" waits for itself.` }));
}

/** A feature that runs itself, directly or through others, would never end. */
function nestedCycles(target: FeatureTarget, product: Product): Found[] {
  const features = (product.features ?? {}) as Record<string, FeatureTarget>;
  const nested = (of: FeatureTarget): FeatureTarget[] =>
    stepsOf(of).flatMap(({ step }) => {
      const event = Object.hasOwn(product.jobs, step.event) ? product.jobs[step.event] : undefined;
      const inner = event?.type === "feature" ? features[String(event.feature)] : undefined;
      return inner ? [inner] : [];
    });
  const seen = new Set<FeatureTarget>();
  const visit = (of: FeatureTarget): boolean =>
    nested(of).some((inner) => {
      if (inner === target) return true;
      if (seen.has(inner)) return false;
      seen.add(inner);
      return visit(inner);
    });
  return visit(target)
    ? [{ path: ["sequences"], detail: "the feature runs itself, directly or through other features." }]
    : [];
}
