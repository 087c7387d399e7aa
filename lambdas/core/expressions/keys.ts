import { hash } from "node:crypto";
import type { CatalogEvent } from "../catalog/catalog.ts";
import type { Fault } from "../kernel/errors.ts";
import { jsonPointer } from "../kernel/schema.ts";
import { type Expression, ExpressionFault, type Operator, referencesOf, type ValueReference } from "./expression.ts";
import { expressionsIn, readTemplate } from "./template.ts";
import { type CatalogValues, catalogValuesOf, fieldAt } from "./values.ts";

/*
 * Keys of the catalog: of limits, of shared jobs and of turns. They are evaluated when a request is accepted, so this takes only the
 * operators that make a text of texts: the others would bring a library of dates into every way in.
 */

/** The most characters of a key that is kept and shown in full. A longer one is kept as its hash. */
export const longestKey = 64;

/** What keys that are kept as hashes begin with. */
const hashed = "sha256-";

const hashedKey = (text: string): string => `${hashed}${hash("sha256", text, "base64url")}`;

/** A key that can be stored and shown: a long text becomes its hash, and so does one that looks like a hash or is no Unicode. */
export const keyText = (text: string): string =>
  text.length > longestKey || text.startsWith(hashed) || !text.isWellFormed() ? hashedKey(text) : text;

/** A key as jobs keep it, by which a caller names one. Who has the hash of a long one from there means that key. */
export const keptKey = (key: string): string => (key.length > longestKey ? keyText(key) : key);

/** The request that a key is for. */
export interface KeySource {
  found: Pick<CatalogEvent, "product" | "env" | "event">;
  input: Record<string, unknown>;
  /** Whether the input is a template, whose expressions have no values yet. */
  isTemplate: boolean;
}

/** A key, or the places in the input that give none. */
type Keyed = { key: string } | { lacking: string[] };

/**
 * The key that an expression of the catalog yields for a request. Everything that it refers to must be a text that is not empty, a
 * number, or true or false: a key without one of its parts would be that of many inputs.
 */
export function evaluateKey(expression: string, source: KeySource): Keyed {
  const values = catalogValuesOf(source.found.product, source.found.env);
  const textOf = (reference: ValueReference) => keyPartOf(reference, source, values);
  const references = expressionsIn(expression).flatMap(referencesOf);
  const missing = references.find((reference) => textOf(reference) === undefined);
  const text = missing ? "" : join(expression, (reference) => textOf(reference) ?? "");
  if (text === "") return { lacking: referencedPlaces(missing ? [missing] : references) };
  return { key: isHidden(references, source) ? hashedKey(text) : keyText(text) };
}

/** The same as a fault of the request that names what the key is for, such as `debounce`. It quotes no value. */
export function keyOrFault(expression: string, source: KeySource, what: string): { key: string } | Fault {
  const keyed = evaluateKey(expression, source);
  if ("key" in keyed) return keyed;
  const detail = `gives no text for the key of ${what}: it must be a string that is not empty, a number, or true or false`;
  return {
    pointer: jsonPointer(["input", ...keyed.lacking]),
    detail: source.isTemplate ? `${detail}, and no expression` : detail,
  };
}

/** The one field of the input that is to blame, or the whole input. */
function referencedPlaces(references: readonly ValueReference[]): string[] {
  const [only, ...others] = references.filter(({ root }) => root === "Input");
  return only && others.length === 0 ? only.path : [];
}

function keyPartOf({ root, path }: ValueReference, source: KeySource, { variables, constants }: CatalogValues) {
  const { input, isTemplate } = source;
  const value = path.reduce<unknown>(fieldAt, root === "Input" ? input : root === "Variable" ? variables : constants);
  return typeof value === "string" && root === "Input" && isTemplate ? literalKey(value) : keyPart(value);
}

/** The text of a value that may be a key, or a part of one: a text that is not empty, a number, or true or false. */
export function keyPart(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A text of a template, if it has no expressions. */
export function literalKey(text: string): string | undefined {
  try {
    const template = readTemplate(text);
    return text !== "" && template.kind === "text" ? template.text : undefined;
  } catch (error) {
    // The check of the input says so.
    if (error instanceof ExpressionFault) return undefined;
    throw error;
  }
}

type Resolve = (reference: ValueReference) => string;

function join(text: string, resolve: Resolve): string {
  const template = readTemplate(text);
  if (template.kind === "text") return template.text;
  if (template.kind === "value") return evaluateText(template.expression, resolve);
  return template.parts
    .map((part) => (typeof part === "string" ? part : evaluateText(part.expression, resolve)))
    .join("");
}

function evaluateText(expression: Expression, resolve: Resolve): string {
  if (expression.kind === "literal") return String(expression.value);
  if (expression.kind === "reference") return resolve(expression);
  if (expression.kind === "list") return expression.items.map((item) => evaluateText(item, resolve)).join("");
  const [first, second] = expression.args as [Expression, Expression?];
  const between = second === undefined ? "" : evaluateText(second, resolve);
  const texts = (first.kind === "list" ? first.items : [first]).map((part) => evaluateText(part, resolve));
  return keyOperators[expression.operator]?.(texts, between) ?? "";
}

/** The operators that a key may have. */
export const keyOperators: { [O in Operator]?: (texts: string[], between: string) => string } = {
  Concat: (texts, between) => texts.join(between),
  Trim: ([text = ""]) => text.trim(),
  Uppercase: ([text = ""]) => text.toUpperCase(),
  Lowercase: ([text = ""]) => text.toLowerCase(),
};

/** A key is shown to everybody who may read the job, so it is kept as its hash if the event hides any part of it. */
const isHidden = (references: readonly ValueReference[], { found }: KeySource): boolean =>
  (found.event.redact ?? []).some((pointer) =>
    references.some(({ root, path }) => root === "Input" && meets(pointer, path)),
  );

/** Whether a hidden part contains a place in the input or the result, or is inside it. */
export function meets(pointer: string, path: readonly string[]): boolean {
  const hidden = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return hidden.every((step, i) => i >= path.length || step === "*" || step === path[i]);
}
