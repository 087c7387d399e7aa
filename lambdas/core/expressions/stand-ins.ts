import type { JobTypeDefinition, Product, ProductEvent } from "../catalog/job-type.ts";
import type { Fault } from "../errors.ts";
import { findFaults, isCovered } from "../schema/find-faults.ts";
import { jsonPointer, type Path } from "../schema/schema.ts";
import { inputFaultsOf, isSame } from "../targets/input-check.ts";
import { ExpressionFault } from "./expression.ts";
import { readTemplate } from "./template.ts";

/** What an input is for. */
export interface Asked {
  product: Product;
  /** The envs that the input may be meant for. */
  envs: readonly string[];
  event: ProductEvent;
  app: string | undefined;
}

/**
 * The faults that an input has with any values of its expressions: against the schema of its type and against its event. The value
 * of an expression is not checked, because only a run knows it. Faults of the expressions themselves are not among them.
 */
export function faultsBesideExpressions(template: unknown, definition: JobTypeDefinition, asked: Asked): Fault[] {
  const open: Open = { values: [], texts: [] };
  const texts = literal(template, [], open);
  const check = (input: unknown) => faultsOf(definition, asked, input);
  const first = check(texts);
  return first.length === 0 ? [] : remaining(definition, texts, open, check);
}

/** The faults that a request with such an input would have in any of the envs. */
function faultsOf(definition: JobTypeDefinition, { envs, ...asked }: Asked, input: unknown): Fault[] {
  const { faults, data } = findFaults(definition.input(), input, ["input"]);
  if (!data) return faults;
  const ofEvent = envs.flatMap((env) => inputFaultsOf(definition, { ...asked, env, input: data }));
  const further = ofEvent.filter((fault, i) => !isCovered(fault, faults) && ofEvent.findIndex(isSame(fault)) === i);
  return [...faults, ...further];
}

/** The faults that an input has both with all its expressions and without those that may have no value. */
function remaining(
  definition: JobTypeDefinition,
  texts: unknown,
  { values, texts: mixed }: Open,
  check: (input: unknown) => Fault[],
): Fault[] {
  const whole = values.reduce((of, path) => fitted(definition, of, path), texts);
  const first = check(whole);
  let least = { input: whole, faults: first };
  // Backwards, so that the others keep their index in a list.
  for (const path of values.toReversed()) {
    const fewer = placed(least.input, path, []);
    const faults = check(fewer);
    if (faults.every((fault) => least.faults.some(isSame(fault)))) least = { input: fewer, faults };
  }
  const unknown = [...values, ...mixed].map((path) => ({ pointer: jsonPointer(["input", ...path]), detail: "" }));
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

/** The places in a template whose values are not known yet. */
interface Open {
  /** Of any type, or none at all. */
  values: Path[];
  /** A text with expressions in it, which is always there. */
  texts: Path[];
}

/** A template with its literal strings as a run resolves them. Notes the places of the others. */
function literal(template: unknown, path: Path, open: Open): unknown {
  if (typeof template === "string") return literalText(template, path, open);
  if (typeof template !== "object" || template === null) return template;
  // A list may have millions of numbers.
  const of = (part: unknown, step: PropertyKey) =>
    typeof part === "string" || typeof part === "object" ? literal(part, [...path, step], open) : part;
  if (Array.isArray(template)) return template.map(of);
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, of(value, key)]));
}

function literalText(text: string, path: Path, open: Open): string {
  try {
    const template = readTemplate(text);
    if (template.kind === "text") return template.text;
    open[template.kind === "value" ? "values" : "texts"].push(path);
    return text;
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    open.values.push(path);
    return text;
  }
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
