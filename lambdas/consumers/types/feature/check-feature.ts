import { gzipSync } from "node:zlib";
import { ownValue } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import type { ValueReference } from "../../../core/expressions/expression.ts";
import { claimFaults } from "../../../core/expressions/session-references.ts";
import { catalogTemplateFaults, templateFaults, unreadReferences } from "../../../core/expressions/template-faults.ts";
import { valueFaults } from "../../../core/expressions/values.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { didYouMean, jsonPointer, type Path } from "../../../core/kernel/schema.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import { approvalTextFaults, askFaults } from "./check-approval.ts";
import { eachFaults, itemsFaults } from "./check-for-each.ts";
import { checkAgainstEvent } from "./check-step.ts";
import { abandonFaults, inItemUndo, inUndo } from "./check-undo.ts";
import { comparedSignals, waitFaults, waitResultFaults } from "./check-waits.ts";
import { changedIn, stepCredentialFaults } from "./step-credentials.ts";
import { sessionRules } from "./step-sessions.ts";
import { ancestors, comparedIn, hasUndo, type PlacedStep, startsJob, stepsOf, undoStepOf } from "./steps.ts";
import { type AnyFeature, type FeatureTarget, isHandled } from "./target.ts";

/** Checks what a schema cannot: that the steps of a feature exist, can be ordered, and refer only to earlier steps. */
export function checkFeature(target: AnyFeature, product: Product, registry: Registry): Fault[] {
  // What it does is known when it runs. That its module exists is checked where there is a folder.
  return isHandled(target) ? [] : checkDeclared(target, product, registry);
}

function checkDeclared(target: FeatureTarget, product: Product, registry: Registry): Fault[] {
  const steps = stepsOf(target);
  const byKey = new Map(steps.map((placed) => [placed.key, placed]));
  const found = [
    ...stepsTwice(steps),
    ...steps.flatMap((placed) => [
      ...checkNames(placed, byKey, { product, registry }),
      ...checkStep(placed, { byKey, target, product }, registry),
    ]),
    ...sessionRules(steps, registry.feature.texts?.(target), product, registry),
    ...catalogTemplateFaults(target.output, ["output"], checkReference({ byKey, target, product })),
    ...cycles(steps),
    ...nestedCycles(target, product),
    ...oversizedFeature(target, product),
  ];
  const called = [...steps.filter(startsJob), ...steps.filter(hasUndo).map(undoStepOf)];
  const ofEvents = called.flatMap(({ step, path }) =>
    checkAgainstEvent(step, product, registry).map((fault) => ({
      ...fault,
      pointer: jsonPointer(path) + fault.pointer,
    })),
  );
  const ofAsks = steps.flatMap((placed) => askFaults(placed, product, registry));
  return [...found.map(({ path, detail }) => ({ pointer: jsonPointer(path), detail })), ...ofEvents, ...ofAsks];
}

interface FoundStep {
  path: Path;
  detail: string;
}

/** The most bytes of a definition, compressed: a run keeps it as one item of the table, and an item has 400 KB. */
const largestDefinition = 256 * 1024;

/** A definition is compressed only if it may be too large: a catalog may have thousands. */
function oversizedFeature(target: FeatureTarget, { constants }: Product): FoundStep[] {
  const json = JSON.stringify({ target, constants });
  if (json.length <= largestDefinition / 3 || gzipSync(json).byteLength <= largestDefinition) return [];
  const detail = `is larger than a run can keep, with the constants of the product: ${largestDefinition / 1024} KB compressed`;
  return [{ path: [], detail }];
}

const stepsTwice = (steps: PlacedStep[]): FoundStep[] =>
  steps
    .filter(({ key }, i) => steps.findIndex((other) => other.key === key) !== i)
    .map(({ path, key }) => ({ path, detail: `there is another step "${key}"; give it a name of its own.` }));

function checkNames(
  placed: PlacedStep,
  byKey: Map<string, PlacedStep>,
  { product, registry }: { product: Product; registry: Registry },
): FoundStep[] {
  const { dependsOn, path } = placed;
  const unknown = dependsOn.filter((key) => !byKey.has(key));
  return [
    ...unknownEvent(placed, product, registry),
    ...(hasUndo(placed) ? unknownEvent(undoStepOf(placed), product, registry) : []),
    ...unknown.map((key) => ({
      path: [...path, "depends_on"],
      detail: `there is no step "${key}".${didYouMean(key, [...byKey.keys()])}`,
    })),
  ];
}

function unknownEvent({ step, path }: PlacedStep, product: Product, registry: Registry): FoundStep[] {
  if (step.event === undefined || eventsNamed(product, registry, step.event, step.app).length > 0) return [];
  const hint = didYouMean(step.event, Object.keys(product.jobs));
  return [{ path: [...path, "event"], detail: `the product has no such event.${hint}` }];
}

function checkStep(placed: PlacedStep, checked: Checked, registry: Registry): FoundStep[] {
  const check = checkReference({ ...checked, before: ancestors(placed, checked.byKey) });
  const { step, path } = placed;
  return [
    ...stepInputFaults(placed, check, checked.product, registry),
    ...(hasUndo(placed)
      ? stepInputFaults(undoStepOf(placed), inUndo(placed, check), checked.product, registry, inItemUndo(placed))
      : []),
    ...abandonFaults(placed, checked.product, registry),
    ...itemsFaults(placed, checked, check),
    ...comparedIn(step).flatMap((template) => templateFaults(template, [...path, "if"], check)),
    ...unreadReferences(step.if, [...path, "if"]),
    ...waitFaults(placed, checked.target, check),
    ...comparedSignals(placed, [...checked.byKey.values()]),
    ...(step.approve ? approvalTextFaults(step.approve, [...path, "approve"], check) : []),
  ];
}

/** The faults of the input of a step, or of its undo. */
function stepInputFaults(
  placed: PlacedStep,
  check: (reference: ValueReference) => string[],
  product: Product,
  registry: Registry,
  ofItem = (reference: ValueReference) => eachFaults(reference, placed),
): FoundStep[] {
  const faults = catalogTemplateFaults(placed.step.input, [...placed.path, "input"], (reference) => {
    if (reference.root === "Each") return ofItem(reference);
    return reference.root === "Auth" && startsJob(placed)
      ? stepCredentialFaults(reference, placed, product, registry)
      : check(reference);
  });
  return [...faults, ...changedIn(placed)];
}

interface Checked {
  byKey: Map<string, PlacedStep>;
  target: FeatureTarget;
  product: Product;
  /** The steps that may be referred to. Default: all of them. */
  before?: Set<string>;
}

const checkReference =
  ({ byKey, target, product, before }: Checked) =>
  (reference: ValueReference): string[] => {
    const { root, path } = reference;
    if (root === "Input") return checkInputReference(path, target);
    if (root === "Session") return claimFaults(reference, product);
    if (root !== "Sequence") return valueFaults(reference, product, product.envs);
    const key = `${path[0]}.${path[1]}`;
    if (!byKey.has(key)) return [`there is no step "${key}".${didYouMean(key, [...byKey.keys()])}`];
    if (before && !before.has(key))
      return [`refers to step "${key}", which may not have ended by then: add it to depends_on.`];
    const { wait } = byKey.get(key)?.step ?? {};
    return wait ? waitResultFaults(wait, path.slice(2), target) : [];
  };

function checkInputReference([field]: string[], { input }: FeatureTarget): string[] {
  if (field === undefined || !input || Object.hasOwn(input, field)) return [];
  return [`the feature's input has no such field "${field}".${didYouMean(field, Object.keys(input))}`];
}

function cycles(steps: PlacedStep[]): FoundStep[] {
  const byKey = new Map(steps.map((placed) => [placed.key, placed]));
  return steps
    .filter((placed) => ancestors(placed, byKey).has(placed.key))
    .map(({ path, key }) => ({ path: [...path, "depends_on"], detail: `step "${key}" waits for itself.` }));
}

type Nested = (of: FeatureTarget) => FeatureTarget[];
const nestedOf = new WeakMap<Product, Nested>();

/** The features that one runs. Each is looked through once, and not again for every feature that leads to it. */
function nestedIn(product: Product): Nested {
  const features = (product.features ?? {}) as Record<string, FeatureTarget>;
  const found = new Map<FeatureTarget, FeatureTarget[]>();
  const look: Nested = (of) => {
    const names = stepsOf(of).flatMap(({ step }) => [step.event, step.undo?.event]);
    const inner = [...new Set(names)].flatMap((name) => {
      const event = ownValue(product.jobs, name ?? "");
      return (event?.type === "feature" && ownValue(features, String(event.feature))) || [];
    });
    found.set(of, inner);
    return inner;
  };
  const nested = nestedOf.get(product) ?? ((of) => found.get(of) ?? look(of));
  nestedOf.set(product, nested);
  return nested;
}

/** A feature that runs itself, directly or through others, would never end. */
function nestedCycles(target: FeatureTarget, product: Product): FoundStep[] {
  const nested = nestedIn(product);
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
