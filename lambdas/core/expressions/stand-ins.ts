import type { JobTypeDefinition, Product, ProductEvent } from "../catalog/job-type.ts";
import { among, distinct, inputFaultsOf } from "../catalog/targets/input-check.ts";
import type { Fault } from "../kernel/errors.ts";
import { enclosingPointers, findFaults, uncovered } from "../kernel/find-faults.ts";
import { jsonPointer, type Path } from "../kernel/schema.ts";
import { ExpressionFault } from "./expression.ts";
import { readTemplate } from "./template.ts";

/** What an input is for. */
interface CheckedEvent {
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
export function faultsBesideExpressions(
  template: unknown,
  definition: JobTypeDefinition,
  asked: CheckedEvent,
): Fault[] {
  const open: Open = { values: [], texts: [] };
  const texts = literalPart(template, [], open);
  const check = (input: unknown) => standInFaults(definition, asked, input);
  const first = check(texts);
  return first.length === 0 ? [] : remaining(definition, texts, open, check);
}

/** The faults that a request with such an input would have in any of the envs. */
function standInFaults(definition: JobTypeDefinition, { envs, ...asked }: CheckedEvent, input: unknown): Fault[] {
  const { faults, data } = findFaults(definition.input, input, ["input"]);
  if (!data) return faults;
  const ofEvent = envs.flatMap((env) => inputFaultsOf(definition, { ...asked, env, input: data }));
  return [...faults, ...distinct(uncovered(ofEvent, faults))];
}

/** With more faults than this, some are certain, and more would not be read: each expression is one more check of the whole input. */
const mostCompared = 100;

/** The faults that an input has both with all its expressions and without those that may have no value. */
function remaining(
  definition: JobTypeDefinition,
  texts: unknown,
  { values, texts: mixed }: Open,
  check: (input: unknown) => Fault[],
): Fault[] {
  const unknown = [...values, ...mixed].map((path) => ({ pointer: jsonPointer(["input", ...path]), detail: "" }));
  const whole = withStandIns(definition, texts, values);
  const first = check(whole);
  // A field that the event does not know is a mistake, whatever its value.
  const slips = first.filter(({ detail }) => detail.startsWith("unknown field"));
  const isSlip = among(slips);
  const certain = (faults: readonly Fault[]) => uncovered(faults, unknown).filter((fault) => !isSlip(fault));
  let least = { input: whole, faults: first };
  // Backwards, so that the others keep their index in a list.
  for (const path of values.toReversed()) {
    const open = certain(least.faults).length;
    if (open === 0 || open > mostCompared) break;
    const fewer = withValueAt(least.input, path, []);
    const faults = check(fewer);
    if (faults.every(among(least.faults))) least = { input: fewer, faults };
  }
  return [...slips, ...certain(least.faults)];
}

/** Values that may replace an expression where a string is not allowed. */
const standIns = [{}, [], 1, true];

/** The input with its expressions replaced by values that the type accepts there, so that the rest can be checked. */
function withStandIns(definition: JobTypeDefinition, texts: unknown, values: readonly Path[]): unknown {
  const unfit = (input: unknown, paths: readonly Path[]) => {
    const { faults } = findFaults(definition.input, input);
    const faulty = new Set(faults.flatMap(({ pointer }) => enclosingPointers(pointer)));
    return paths.filter((path) => faulty.has(jsonPointer(path)));
  };
  let input = texts;
  let left = unfit(input, values);
  for (const standIn of standIns) {
    if (left.length === 0) return input;
    const still = new Set(unfit(replacedAt(input, left, standIn), left));
    const fit = left.filter((path) => !still.has(path));
    input = replacedAt(input, fit, standIn);
    left = [...still];
  }
  return input;
}

/** A copy with one value at all of the paths. */
function replacedAt(value: unknown, paths: readonly Path[], instead: unknown): unknown {
  if (paths.some(({ length }) => length === 0)) return instead;
  if (paths.length === 0 || typeof value !== "object" || value === null) return value;
  const below = Map.groupBy(paths, ([step]) => step);
  const left = (field: unknown, step: PropertyKey) =>
    replacedAt(field, below.get(step)?.map(([, ...others]) => others) ?? [], instead);
  if (Array.isArray(value)) return value.map(left);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, left(field, key)]));
}

/** The places in a template whose values are not known yet. */
interface Open {
  /** Of any type, or none at all. */
  values: Path[];
  /** A text with expressions in it, which is always there. */
  texts: Path[];
}

/** A template with its literal strings as a run resolves them. Notes the places of the others. */
function literalPart(template: unknown, path: Path, open: Open): unknown {
  if (typeof template === "string") return literalText(template, path, open);
  if (typeof template !== "object" || template === null) return template;
  // A list may have millions of numbers.
  const of = (part: unknown, step: PropertyKey) =>
    typeof part === "string" || typeof part === "object" ? literalPart(part, [...path, step], open) : part;
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
function withValueAt(value: unknown, [step, ...others]: Path, instead: [unknown?]): unknown {
  const left = (field: unknown) => (others.length === 0 ? instead : [withValueAt(field, others, instead)]);
  if (Array.isArray(value)) return value.flatMap((item, i) => (i === step ? left(item) : [item]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) =>
      key === step ? left(field).map((kept) => [key, kept]) : [[key, field]],
    ),
  );
}
