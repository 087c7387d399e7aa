import * as z from "zod";
import { charactersIn } from "../../../core/kernel/characters.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { jsonPointer } from "../../../core/kernel/schema.ts";
import type { Placeholder, PlaceholderType } from "./placeholders.ts";

export interface Input {
  /** A record, or a list of records: one statement runs for each, unless the action takes the list as one value. */
  data?: Record<string, unknown> | readonly unknown[] | undefined;
  filter?: Record<string, unknown> | undefined;
}

/** The value of a placeholder. Only own properties are read, so `constructor` finds nothing that was not sent. */
export function placeholderValue({ source, path }: Placeholder, input: Input): unknown {
  let value: unknown = input[source];
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** The fault of a field's name inside an object or array of the input, if there is one. */
export type NameRule = (name: string) => string | undefined;

/** No engine needs `__proto__`, and it is a danger wherever objects are merged. */
export const plainNames: NameRule = (name) =>
  name === "__proto__" ? "has a field __proto__, which is not accepted." : undefined;

/**
 * The faults of an input: values that the placeholders require. Pointers are relative to the request; values are not quoted.
 * `at` is where the placeholders' records are if not in the input's own fields.
 */
export function placeholderFaults(
  placeholders: readonly Placeholder[],
  input: Input,
  nameRule: NameRule,
  at?: readonly PropertyKey[],
): Fault[] {
  const faults = placeholders.flatMap((placeholder) => {
    const value = placeholderValue(placeholder, input);
    const detail = valueFault(placeholder, value) ?? nestedFault(value, nameRule);
    return detail === undefined
      ? []
      : [{ pointer: jsonPointer(["input", ...(at ?? [placeholder.source]), ...placeholder.path]), detail }];
  });
  // A field may be used twice in a statement, but each of its faults is reported once.
  return [...new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault])).values()];
}

function valueFault(placeholder: Placeholder, value: unknown): string | undefined {
  if (value === undefined || value === null) return placeholder.optional ? undefined : "is required.";
  return checks[placeholder.type](value) ?? outOfRange(placeholder, value);
}

function firstFault<Item>(items: readonly Item[], faultIn: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultIn(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function nestedFault(value: unknown, nameRule: NameRule): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return firstFault(value, (inner) => nestedFault(inner, nameRule));
  // Iterates over the names, because pairs of names and values would take more memory than the values.
  return firstFault(Object.keys(value), (name) => {
    return nameRule(name) ?? nestedFault((value as Record<string, unknown>)[name], nameRule);
  });
}

const test = (ok: (value: unknown) => boolean, must: string) => (value: unknown) => (ok(value) ? undefined : must);
// PostgreSQL cannot store U+0000, and a lone surrogate would be replaced silently on its way to any engine.
const isText = (value: unknown): value is string =>
  typeof value === "string" && value.isWellFormed() && !value.includes("\u0000");
const textFault = (text: string): string | undefined => {
  if (!text.isWellFormed()) return "must be a string without half a character (a lone surrogate).";
  return isText(text) ? undefined : "must be a string without U+0000.";
};
const matchesPattern = (pattern: RegExp) => (value: unknown) => isText(value) && pattern.test(value);
const parsesAs = (schema: z.ZodType) => (value: unknown) => isText(value) && schema.safeParse(value).success;

const checks: Record<PlaceholderType, (value: unknown) => string | undefined> = {
  string: (value) => (typeof value === "string" ? textFault(value) : "must be a string."),
  nospaces: test(matchesPattern(/^\S*$/), "must be a string without spaces."),
  email: test(parsesAs(z.email()), "must be an e-mail address."),
  date: test(
    (value) => isText(value) && instantOf(value) !== undefined,
    "must be an ISO date, or date and time with offset.",
  ),
  numberstring: test(matchesPattern(/^[+-]?\d+(\.\d+)?$/), "must be a number, written as a string."),
  integer: test(Number.isSafeInteger, "must be a whole number."),
  float: test(Number.isFinite, "must be a number."),
  uuid: test(parsesAs(z.guid()), "must be a UUID."),
  array: test(Array.isArray, "must be an array."),
  object: test((value) => typeof value === "object" && !Array.isArray(value), "must be an object."),
  boolean: test((value) => typeof value === "boolean", "must be true or false."),
  objectid: test(matchesPattern(/^[0-9a-f]{24}$/i), "must be 24 hexadecimal digits."),
};

const isoDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Epoch milliseconds of an ISO date (its midnight in UTC) or date-time with offset; undefined if it is neither. */
export function instantOf(text: string): number | undefined {
  const ms = isoDate.test(text) ? Date.parse(text) : Number.NaN;
  // 2030-02-30 is parsed as 2 March.
  const day = Date.parse(`${text.slice(0, 10)}T00:00Z`);
  const exists = !Number.isNaN(day) && new Date(day).toISOString().startsWith(text.slice(0, 10));
  return Number.isNaN(ms) || !exists ? undefined : ms;
}

/** A date in a form that every engine understands and sorts: a day unchanged, a moment in UTC with milliseconds. */
export const isoOf = (text: string): string =>
  text.includes("T") ? new Date(instantOf(text) as number).toISOString() : text;

const lengths = new Set<PlaceholderType>(["string", "nospaces", "email", "numberstring", "array"]);

function outOfRange({ type, min, max }: Placeholder, value: unknown): string | undefined {
  const size = columnSizeOf(type, value);
  // As in Ductape, a string or array without a min must not be empty.
  const least = min ?? (lengths.has(type) ? 1 : undefined);
  if (least !== undefined && size < least)
    return `must be ${least}${unitOf(type, least)} or ${type === "date" ? "later" : "more"}.`;
  if (max !== undefined && size > max)
    return `must be ${max}${unitOf(type, max)} or ${type === "date" ? "earlier" : "less"}.`;
  return undefined;
}

function unitOf(type: PlaceholderType, count: number | string): string {
  if (!lengths.has(type)) return "";
  return ` ${type === "array" ? "item" : "character"}${count === 1 ? "" : "s"}`;
}

function columnSizeOf(type: PlaceholderType, value: unknown): number | string {
  if (type === "array") return (value as unknown[]).length;
  if (type === "date") return new Date(instantOf(value as string) as number).toISOString().slice(0, 10);
  return lengths.has(type) ? charactersIn(value as string) : (value as number);
}
