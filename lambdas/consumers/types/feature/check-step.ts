import { own, targetsOf } from "../../../core/catalog/catalog.ts";
import type { JobTypeDefinition, Product, Registry } from "../../../core/catalog/job-type.ts";
import type { Fault } from "../../../core/errors.ts";
import { findFaults, isCovered } from "../../../core/schema/find-faults.ts";
import { jsonPointer, type Path } from "../../../core/schema/schema.ts";
import { isExpression } from "./expression.ts";
import type { StepDefinition } from "./steps.ts";

/**
 * The faults for which the event of a step would refuse it with any values of its expressions: of its input, app and timeout.
 * Pointers are relative to the step. An event that the product does not have is reported elsewhere.
 */
export function checkAgainstEvent(step: StepDefinition, product: Product, registry: Registry): Fault[] {
  const event = own(product.jobs, step.event);
  const definition = event && own<JobTypeDefinition>(registry, event.type);
  if (!event || !definition) return [];
  const { max_timeout_ms } = definition.limits;
  const tooLong = (step.timeout_ms ?? 0) > max_timeout_ms;
  const limit = `at most ${max_timeout_ms} for a job of type ${event.type}.`;
  return [
    ...(tooLong ? [{ pointer: "/timeout_ms", detail: limit }] : []),
    ...inputFaults(step, definition, (input) => faultsOf(definition, { product, event, app: step.app }, input)),
  ];
}

type Asked = Pick<Parameters<NonNullable<JobTypeDefinition["checkInput"]>>[0], "product" | "event" | "app">;

/** The faults that a request with such an input would have, in any of the product's envs. */
function faultsOf(definition: JobTypeDefinition, asked: Asked, input: unknown): Fault[] {
  const { product, event } = asked;
  const { faults, data } = findFaults(definition.input(), input, ["input"]);
  const target = own(targetsOf(product, definition), String(event[definition.targetField]));
  if (!data || target === undefined) return faults;
  const ofEvent = product.envs.flatMap((env) => definition.checkInput?.({ ...asked, env, target, input: data }) ?? []);
  const further = ofEvent.filter((fault, i) => !isCovered(fault, faults) && ofEvent.findIndex(isSame(fault)) === i);
  return [...faults, ...further];
}

const isSame = (one: Fault) => (other: Fault) => one.pointer === other.pointer && one.detail === other.detail;

/**
 * The faults that an input has both with all its expressions and without the optional ones. The value of an expression is not
 * checked, because only a run knows it.
 */
function inputFaults(
  { input = {} }: StepDefinition,
  definition: JobTypeDefinition,
  check: (input: unknown) => Fault[],
): Fault[] {
  const expressions: Path[] = [];
  const texts = literal(input, [], expressions);
  const whole = expressions.reduce((of, path) => fitted(definition, of, path), texts);
  const first = check(whole);
  let least = { input: whole, faults: first };
  // Backwards, so that the others keep their index in a list.
  for (const path of expressions.toReversed()) {
    const fewer = placed(least.input, path, []);
    const faults = check(fewer);
    if (faults.every((fault) => least.faults.some(isSame(fault)))) least = { input: fewer, faults };
  }
  const unknown = expressions.map((path) => ({ pointer: jsonPointer(["input", ...path]), detail: "" }));
  // A field that the event does not know is a mistake, whatever its value.
  const slips = first.filter(({ detail }) => detail.startsWith("unknown field"));
  const others = least.faults.filter((fault) => !slips.some(isSame(fault)) && !isCovered(fault, unknown));
  return [...slips, ...others];
}

/** Values that may replace an expression where a string is not allowed. */
const standIns = [{}, [], 1, true];

/** The input with an expression replaced by a value that the type accepts there, so that the rest can be checked. */
function fitted(definition: JobTypeDefinition, input: unknown, path: Path): unknown {
  const place = [{ pointer: jsonPointer(path), detail: "" }];
  const fits = (of: unknown) => !findFaults(definition.input(), of).faults.some((fault) => isCovered(fault, place));
  if (fits(input)) return input;
  return standIns.map((standIn) => placed(input, path, [standIn])).find(fits) ?? input;
}

/** A template with its literal strings as a run resolves them, and the paths of its expressions. */
function literal(template: unknown, path: Path, expressions: Path[]): unknown {
  if (typeof template === "string") {
    if (isExpression(template)) expressions.push(path);
    return template.startsWith("$$") ? template.slice(1) : template;
  }
  if (Array.isArray(template)) return template.map((item, i) => literal(item, [...path, i], expressions));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, literal(value, [...path, key], expressions)]),
  );
}

/** A copy with another value at a path, or without the value there. */
function placed(value: unknown, [step, ...others]: Path, instead: [unknown?]): unknown {
  const left = (field: unknown) => (others.length === 0 ? instead : [placed(field, others, instead)]);
  if (Array.isArray(value)) return value.flatMap((item, i) => (i === step ? left(item) : [item]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) =>
      key === step ? left(field).map((kept) => [key, kept]) : [[key, field]],
    ),
  );
}
