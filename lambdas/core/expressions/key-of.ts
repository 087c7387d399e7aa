import { hash } from "node:crypto";
import { jsonPointer, type Path } from "../schema/schema.ts";
import { type Expression, ExpressionFault, type Operator, referencesOf } from "./expression.ts";
import { keyPart } from "./key-part.ts";
import { expressionsIn, readTemplate } from "./template.ts";
import { type TemplateFault, templateFaults } from "./template-faults.ts";
import { at } from "./values.ts";

/*
 * Keys of the catalog, such as `$Input{user}` or `$Lowercase($Input{email})`. They are evaluated when a request is accepted, so
 * this takes only the operators that make a text of texts: the others would bring a library of dates into every way in.
 */

/** The most characters of a key that is kept as it is. A longer one is kept as its hash. */
export const longestKey = 64;

/** What keys that are kept as hashes begin with. */
const hashed = "sha256:";

/** A key that can be stored and shown: a long text becomes its hash, and so does one that looks like a hash. */
export const keyText = (text: string): string =>
  text.length > longestKey || text.startsWith(hashed) ? `${hashed}${hash("sha256", text, "base64url")}` : text;

/** A key, or why the expression yields none and where the input lacks it. The detail quotes no value. */
export type Keyed = { key: string } | { pointer: string; detail: string };

const lacking = "must hold a text or a number here: the event takes its key from it";
const noKey = "does not yield the event's key, which is a text that is not empty";

/**
 * The key that an expression of the catalog yields for the input of a request. Every field that it refers to must hold a text
 * that is not empty, a number, or true or false: a key without one of its parts would be that of many inputs.
 */
export function keyOf(expression: string, input: Record<string, unknown>): Keyed {
  const missing = expressionsIn(expression)
    .flatMap(referencesOf)
    .find(({ path }) => keyPart(fieldAt(input, path)) === undefined);
  if (missing) return { pointer: jsonPointer(["input", ...missing.path]), detail: lacking };
  const text = textOf(expression, input);
  return text === "" ? { pointer: "/input", detail: noKey } : { key: keyText(text) };
}

const fieldAt = (input: unknown, path: readonly string[]): unknown => path.reduce<unknown>(at, input);

function textOf(text: string, input: Record<string, unknown>): string {
  const template = readTemplate(text);
  if (template.kind === "text") return template.text;
  if (template.kind === "value") return partOf(template.expression, input);
  return template.parts.map((part) => (typeof part === "string" ? part : partOf(part.expression, input))).join("");
}

function partOf(expression: Expression, input: Record<string, unknown>): string {
  if (expression.kind === "literal") return String(expression.value);
  if (expression.kind === "reference") return String(fieldAt(input, expression.path));
  const parts = expression.kind === "list" ? expression.items : expression.args;
  if (expression.kind === "list") return parts.map((part) => partOf(part, input)).join("");
  const [first, second] = parts as [Expression, Expression?];
  const between = second === undefined ? "" : partOf(second, input);
  const texts = (first.kind === "list" ? first.items : [first]).map((part) => partOf(part, input));
  return operators[expression.operator]?.(texts, between) ?? "";
}

const operators: { [O in Operator]?: (texts: string[], between: string) => string } = {
  Concat: (texts, between) => texts.join(between),
  Trim: ([text = ""]) => text.trim(),
  Uppercase: ([text = ""]) => text.toUpperCase(),
  Lowercase: ([text = ""]) => text.toLowerCase(),
};

const operatorNames = Object.keys(operators).map((name) => `$${name}`);

/** The faults of a key's expression in the catalog. */
export function keyFaults(expression: string, path: Path): TemplateFault[] {
  const faults = templateFaults(expression, path, ({ root, path: keys }) => {
    if (root !== "Input") return [`a key refers to $Input only, not to $${root}`];
    return keys.length === 0 ? ["a key must be a text: name a field, such as $Input{user}"] : [];
  });
  return faults.length > 0 ? faults : operatorsIn(expression).map((detail) => ({ path, detail }));
}

function operatorsIn(text: string): string[] {
  const isWrong = (part: Expression): boolean => {
    if (part.kind === "list") return part.items.some(isWrong);
    if (part.kind !== "call") return false;
    if (operators[part.operator] === undefined) return true;
    return part.args.some((arg) => isWrong(arg) || (arg.kind === "list" && part.operator !== "Concat"));
  };
  try {
    const wrong = expressionsIn(text).some((part) => part.kind === "list" || isWrong(part));
    return wrong ? [`a key takes only ${operatorNames.join(", ")}, and lists only in $Concat`] : [];
  } catch (error) {
    // `templateFaults` has found it.
    if (error instanceof ExpressionFault) return [];
    throw error;
  }
}
