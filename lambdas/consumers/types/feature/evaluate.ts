import { isDeepStrictEqual } from "node:util";
import { JobError } from "../../../core/job/job-error.ts";
import { isInexact } from "../../../core/schema/exact-json.ts";
import { dateOf } from "./date.ts";
import { type Expression, isExpression, type Operator, parseExpression, referencesOf } from "./expression.ts";

/** The values that expressions can refer to. */
export interface Scope {
  /** The feature's input. */
  input: Record<string, unknown>;
  /** Results of finished steps that `resultsFor` names, by sequence and step. A step that was skipped or failed has none. */
  results: Record<string, Record<string, unknown>>;
  /** `sequence.step` of the completed steps whose results were deleted with their jobs. */
  gone: ReadonlySet<string>;
  /** `sequence.step` of the steps whose results are too large to be held beside the others that this decision refers to. */
  tooLarge?: ReadonlySet<string>;
  /** Epoch milliseconds. */
  now: number;
}

const parsed = new Map<string, Expression>();

/** Parses an expression once. The cache stays small, because all expressions come from the catalog. */
function expressionOf(text: string): Expression {
  const known = parsed.get(text) ?? parseExpression(text);
  parsed.set(text, known);
  return known;
}

/** How much the operators of a step may still produce. */
interface Left {
  characters: number;
}

/** Resolves a template: every string in it that is an expression is replaced by its value. */
export function resolve(template: unknown, scope: Scope, left: Left = { characters: mostMade.characters }): unknown {
  if (typeof template === "string") {
    if (isExpression(template)) return evaluate(expressionOf(template), scope, left);
    return template.startsWith("$$") ? template.slice(1) : template;
  }
  // A reference that leads nowhere removes its field or list item, so that optional values can be passed on.
  if (Array.isArray(template)) {
    return template.map((item) => resolve(item, scope, left)).filter((value) => value !== undefined);
  }
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template).map(([key, value]) => [key, resolve(value, scope, left)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** `sequence.step` of each step whose result a template refers to. */
export function stepsIn(template: unknown): string[] {
  if (typeof template === "string") {
    if (!isExpression(template)) return [];
    return referencesOf(expressionOf(template)).flatMap(({ root, path }) =>
      root === "Sequence" ? [stepAt(path)] : [],
    );
  }
  return typeof template === "object" && template !== null ? Object.values(template).flatMap(stepsIn) : [];
}

const stepAt = (path: string[]): string => path.slice(0, 2).join(".");

export function evaluate(
  expression: Expression,
  scope: Scope,
  left: Left = { characters: mostMade.characters },
): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "list":
      return expression.items.map((item) => evaluate(item, scope, left));
    case "reference":
      return lookUp(expression, scope);
    case "call":
      return apply[expression.operator](left, ...expression.args.map((arg) => evaluate(arg, scope, left)));
  }
}

function lookUp({ root, path }: Expression & { kind: "reference" }, scope: Scope): unknown {
  if (root === "Now") return scope.now;
  const step = stepAt(path);
  if (root === "Sequence" && scope.gone.has(step)) {
    throw new JobError("NOT_FOUND", `The result of step ${step} is gone: its job was deleted.`);
  }
  if (root === "Sequence" && scope.tooLarge?.has(step)) {
    throw new JobError("VALIDATION_ERROR", `The result of step ${step} is too large to be referred to.`);
  }
  const start: unknown = root === "Input" ? scope.input : scope.results;
  return path.reduce(at, start);
}

/** Reads own properties and array items only, so that `__proto__` and `constructor` lead nowhere. */
const at = (value: unknown, key: string | number): unknown =>
  typeof value === "object" &&
  value !== null &&
  Object.hasOwn(value, key) &&
  !(Array.isArray(value) && key === "length")
    ? (value as Record<string | number, unknown>)[key]
    : undefined;

const wrong = (operator: Operator, what: string) =>
  new JobError("VALIDATION_ERROR", `$${operator} in a step of the feature got ${what}.`);

const text = (operator: Operator, value: unknown): string => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw wrong(operator, "a value that is not a string");
};

const number = (operator: Operator, value: unknown): number => {
  const parsedNumber = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof parsedNumber === "number" && Number.isFinite(parsedNumber)) return exact(operator, parsedNumber);
  throw wrong(operator, "no number");
};

/** Refuses numbers that would be rounded. Results of calculations are checked as well. */
const exact = (operator: Operator, value: number): number => {
  if (isInexact(value)) throw wrong(operator, "a whole number beyond 2^53, which would be rounded");
  return value;
};

const list = (operator: Operator, value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  throw wrong(operator, "no list");
};

/**
 * The most characters that the operators of one step may produce, and the most parts that a string is split into. `$Replace`
 * can produce 400 million characters from 140,000, in memory that all decisions of a batch share.
 */
export const mostMade = { characters: 1_000_000, parts: 100_000 };

const tooLong = (operator: Operator) =>
  new JobError(
    "VALIDATION_ERROR",
    `$${operator} in a step of the feature would produce more than the ${mostMade.characters} characters that the operators of a step may produce.`,
  );

/** Counts what an operator is about to produce towards the limit of its step. */
function make(operator: Operator, characters: number, left: Left): void {
  left.characters -= characters;
  if (left.characters < 0) throw tooLong(operator);
}

function joined(operator: Operator, left: Left, items: unknown, delimiter: unknown = ""): string {
  const texts = list(operator, items).map((item) => text(operator, item));
  const between = text(operator, delimiter);
  const length = texts.reduce((sum, one) => sum + one.length, 0) + between.length * Math.max(0, texts.length - 1);
  make(operator, length, left);
  return texts.join(between);
}

function replaced(left: Left, whole: string, from: string, to: string): string {
  make("Replace", whole.length + countOf(whole, from) * Math.max(0, to.length - from.length), left);
  return whole.replaceAll(from, () => to);
}

/** How often a string contains another. The empty string is before, between and after all characters. */
function countOf(whole: string, part: string): number {
  if (part === "") return whole.length + 1;
  let count = 0;
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + part.length)) count++;
  return count;
}

function split(whole: string, separator: string): string[] {
  const parts = whole.split(separator, mostMade.parts + 1);
  if (parts.length > mostMade.parts) throw wrong("Split", `a string of more than ${mostMade.parts} parts`);
  return parts;
}

/** Changes the case of a string, which hardly changes its length: few letters are longer in the other case. */
function recased(operator: Operator, left: Left, whole: string, recase: (one: string) => string): string {
  make(operator, whole.length, left);
  return recase(whole);
}

/** Whether two JSON values are the same, whatever the order of an object's fields. */
export const same = (a: unknown, b: unknown): boolean => a === b || isDeepStrictEqual(a, b);

const comparisons: Record<string, (a: unknown, b: unknown) => boolean> = {
  "==": same,
  "!=": (a, b) => !same(a, b),
  "<": (a, b) => compare(a, b) < 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">": (a, b) => compare(a, b) > 0,
  ">=": (a, b) => compare(a, b) >= 0,
  contains: (a, b) =>
    Array.isArray(a) ? a.some((item) => same(item, b)) : typeof a === "string" && a.includes(String(b)),
};

/** Less than, equal to or greater than 0 for two numbers or two strings; else NaN, for which every comparison is false. */
export const compare = (a: unknown, b: unknown): number =>
  typeof a === typeof b && (typeof a === "number" || typeof a === "string")
    ? a < (b as typeof a)
      ? -1
      : Number(a > (b as typeof a))
    : Number.NaN;

/** The arguments `(list, field, value)` or `(list, field, comparison, value)`. An empty field means the item itself. */
function matches(operator: Operator, [items, field, ...rest]: unknown[]): unknown[] {
  const [sign, value] = rest.length === 1 ? ["==", rest[0]] : rest;
  const holds = Object.hasOwn(comparisons, String(sign)) ? comparisons[String(sign)] : undefined;
  if (!holds) throw wrong(operator, `no comparison (one of ${Object.keys(comparisons).join(" ")})`);
  const of = (item: unknown) => (field === "" ? item : at(item, String(field)));
  return list(operator, items).filter((item) => holds(of(item), value));
}

/** The longest format. A limit is needed because one token of it may become a word. */
export const longestFormat = 1000;

const apply: Record<Operator, (left: Left, ...args: unknown[]) => unknown> = {
  Add: (_left, ...values) =>
    values.map((value) => number("Add", value)).reduce((sum, value) => exact("Add", sum + value)),
  Subtract: (_left, ...values) =>
    values.map((value) => number("Subtract", value)).reduce((rest, value) => exact("Subtract", rest - value)),
  Concat: (left, items, delimiter) => joined("Concat", left, items, delimiter),
  Join: (left, items, delimiter) => joined("Join", left, items, delimiter),
  Substring: (_left, value, from, to) =>
    text("Substring", value).slice(number("Substring", from), to === undefined ? undefined : number("Substring", to)),
  Trim: (_left, value) => text("Trim", value).trim(),
  Split: (_left, value, separator) => split(text("Split", value), text("Split", separator)),
  Pick: (_left, value, index) =>
    typeof value === "string" ? value.charAt(number("Pick", index)) : at(value, index as string | number),
  Replace: (left, value, from, to) =>
    replaced(left, text("Replace", value), text("Replace", from), text("Replace", to)),
  Uppercase: (left, value) => recased("Uppercase", left, text("Uppercase", value), (one) => one.toUpperCase()),
  Lowercase: (left, value) => recased("Lowercase", left, text("Lowercase", value), (one) => one.toLowerCase()),
  Dateformat: (_left, value, format) => {
    const date = dateOf(value);
    if (!date) throw wrong("Dateformat", "no date");
    const pattern = text("Dateformat", format);
    if (pattern.length > longestFormat) throw wrong("Dateformat", `a format of more than ${longestFormat} characters`);
    return date.format(pattern);
  },
  Filter: (_left, ...args) => matches("Filter", args),
  Find: (_left, ...args) => matches("Find", args)[0],
};
