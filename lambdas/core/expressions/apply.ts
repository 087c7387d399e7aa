import { JobError } from "../job/job-error.ts";
import { charactersIn, sliceOfCharacters } from "../kernel/characters.ts";
import { isInexact, isInexactDigits } from "../kernel/exact-json.ts";
import { type Budget, mostMade, spendCharacters } from "./budget.ts";
import { comparisonNames, comparisonOf, isSign } from "./compare.ts";
import { dateAfter, dateOf, formatted } from "./date.ts";
import type { Operator } from "./expression.ts";
import { fieldAt } from "./values.ts";

const wrong = (operator: Operator, what: string) => new JobError("VALIDATION_ERROR", `$${operator} got ${what}.`);

const textOperand = (operator: Operator, value: unknown): string => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw wrong(operator, "a value that is not a string");
};

const rounded = "a whole number beyond 2^53, which would be rounded";

const number = (operator: Operator, value: unknown): number => {
  const parsedNumber = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof value === "string" && isInexactDigits(value.trim())) throw wrong(operator, rounded);
  if (typeof parsedNumber === "number" && Number.isFinite(parsedNumber)) return exact(operator, parsedNumber);
  throw wrong(operator, "no number");
};

/** Refuses numbers that would be rounded or are not finite. Results of calculations are checked as well. */
const exact = (operator: Operator, value: number): number => {
  if (isInexact(value)) throw wrong(operator, rounded);
  if (!Number.isFinite(value)) throw wrong(operator, "numbers that are too large");
  return value;
};

const list = (operator: Operator, value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  throw wrong(operator, "no list");
};

function joined(operator: Operator, left: Budget, items: unknown, delimiter: unknown = ""): string {
  const texts = list(operator, items).map((item) => textOperand(operator, item));
  const between = textOperand(operator, delimiter);
  const length = texts.reduce((sum, one) => sum + one.length, 0) + between.length * Math.max(0, texts.length - 1);
  spendCharacters(length, left);
  return texts.join(between);
}

/** Joins strings into one string, and lists into one list. */
function joinedOrMerged(left: Budget, items: unknown, delimiter: unknown): unknown {
  const parts = list("Join", items);
  if (delimiter !== undefined || parts.length === 0 || !parts.every(Array.isArray)) {
    return joined("Join", left, items, delimiter);
  }
  spendCharacters(
    parts.reduce((sum, part) => sum + part.length, 0),
    left,
  );
  return parts.flat();
}

function replaced(left: Budget, whole: string, from: string, to: string): string {
  spendCharacters(whole.length + occurrences(whole, from) * Math.max(0, to.length - from.length), left);
  // By a pattern with the flag u, the empty string is not found within a character that is two units.
  return whole.replaceAll(from === "" ? /(?:)/gu : from, () => to);
}

/** How often a string contains another. The empty string is before, between and after all characters. */
function occurrences(whole: string, part: string): number {
  if (part === "") return charactersIn(whole) + 1;
  let count = 0;
  for (let found = whole.indexOf(part); found >= 0; found = whole.indexOf(part, found + part.length)) count++;
  return count;
}

function splitText(left: Budget, whole: string, separator: string): string[] {
  const parts = whole.split(separator === "" ? /(?:)/u : separator, mostMade.parts + 1);
  if (parts.length > mostMade.parts) throw wrong("Split", `a string of more than ${mostMade.parts} parts`);
  spendCharacters(parts.length, left);
  return parts;
}

/** Changes the case of a string, which hardly changes its length: few letters are longer in the other case. */
function recased(left: Budget, whole: string, recase: (one: string) => string): string {
  spendCharacters(whole.length, left);
  return recase(whole);
}

/**
 * The arguments `(list, field, value)`, `(list, field, comparison, value)`, or `(list, sign, value)`, which compares the items
 * themselves, as an empty field does.
 */
function itemsMatching(operator: Operator, left: Budget, [items, first, ...rest]: unknown[]): unknown[] {
  const [field, sign, value] =
    rest.length > 1 ? [first, ...rest] : isSign(first) ? ["", first, rest[0]] : [first, "==", rest[0]];
  const holds = comparisonOf(sign);
  if (!holds) throw wrong(operator, `no comparison (one of ${comparisonNames.join(" ")})`);
  const of = (item: unknown) => (field === "" ? item : fieldAt(item, String(field)));
  const found = list(operator, items).filter((item) => holds(of(item), value));
  spendCharacters(found.length, left);
  return found;
}

/** The longest format. A limit is needed because one token of it may become a word. */
export const longestFormat = 1000;

function formatDate(operator: Operator, value: unknown, format: unknown): string {
  const date = dateOf(value);
  if (!date) throw wrong(operator, "no date");
  const pattern = textOperand(operator, format);
  if (pattern.length > longestFormat) throw wrong(operator, `a format of more than ${longestFormat} characters`);
  return formatted(date, pattern);
}

function dateAdd(value: unknown, amount: unknown, unit: unknown): number {
  const date = dateOf(value);
  if (!date) throw wrong("DateAdd", "no date");
  const added = dateAfter(date, number("DateAdd", amount), textOperand("DateAdd", unit));
  if (typeof added === "string") throw wrong("DateAdd", added);
  return added.getTime();
}

function length(value: unknown): number {
  if (typeof value === "string") return charactersIn(value);
  if (Array.isArray(value)) return value.length;
  throw wrong("Length", "neither a string nor a list");
}

function characterAt(text: string, index: number): string {
  const at = Math.trunc(index);
  return at < 0 ? "" : sliceOfCharacters(text, at, at + 1);
}

function size(value: unknown): number {
  if (typeof value === "object" && value !== null) return Object.keys(value).length;
  throw wrong("Size", "neither an object nor a list");
}

/** What each operator makes of its arguments. Throws a JobError that names the operator, and not the value. */
export const apply: Record<Operator, (left: Budget, ...args: unknown[]) => unknown> = {
  Add: (_left, ...values) =>
    values.map((value) => number("Add", value)).reduce((sum, value) => exact("Add", sum + value)),
  Subtract: (_left, ...values) =>
    values.map((value) => number("Subtract", value)).reduce((rest, value) => exact("Subtract", rest - value)),
  Concat: (left, items, delimiter) => joined("Concat", left, items, delimiter),
  Join: (left, items, delimiter) => joinedOrMerged(left, items, delimiter),
  Substring: (_left, value, from, to) =>
    sliceOfCharacters(
      textOperand("Substring", value),
      number("Substring", from),
      to === undefined ? undefined : number("Substring", to),
    ),
  Trim: (_left, value) => textOperand("Trim", value).trim(),
  Split: (left, value, separator) => splitText(left, textOperand("Split", value), textOperand("Split", separator)),
  Pick: (_left, value, index) =>
    typeof value === "string" ? characterAt(value, number("Pick", index)) : fieldAt(value, index as string | number),
  Replace: (left, value, from, to) =>
    replaced(left, textOperand("Replace", value), textOperand("Replace", from), textOperand("Replace", to)),
  Uppercase: (left, value) => recased(left, textOperand("Uppercase", value), (one) => one.toUpperCase()),
  Lowercase: (left, value) => recased(left, textOperand("Lowercase", value), (one) => one.toLowerCase()),
  Dateformat: (_left, value, format) => formatDate("Dateformat", value, format),
  Format: (_left, value, format) => formatDate("Format", value, format),
  DateAdd: (_left, value, amount, unit) => dateAdd(value, amount, unit),
  Filter: (left, ...args) => itemsMatching("Filter", left, args),
  Find: (left, ...args) => itemsMatching("Find", left, args)[0],
  Length: (_left, value) => length(value),
  Size: (_left, value) => size(value),
};
