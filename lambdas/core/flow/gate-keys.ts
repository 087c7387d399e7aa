import { hash } from "node:crypto";
import { type CatalogEvent, own } from "../catalog/catalog.ts";
import type { Fault } from "../errors.ts";
import { type Expression, type Reference, referencesOf } from "../expressions/expression.ts";
import { keyPart } from "../expressions/key-part.ts";
import { expressionsIn, readTemplate } from "../expressions/template.ts";
import { at, valuesOf } from "../expressions/values.ts";
import type { Gate } from "../job/job.ts";
import { jsonPointer } from "../schema/schema.ts";
import { limitBounds } from "./limit-bounds.ts";

/** What of a request decides its gates. */
export interface Keyed {
  found: CatalogEvent;
  input: Record<string, unknown>;
  /** Whether the input is a template, whose expressions have no values yet. */
  isTemplate: boolean;
}

/** The gates that the attempts of a requested job pass, in the order of the event's `limits`, or why a key has no text. */
export function gatesOf(keyed: Keyed): { gates: Gate[]; faults: Fault[] } {
  const { product, event } = keyed.found;
  const gates: Gate[] = [];
  const faults: Fault[] = [];
  for (const name of event.limits ?? []) {
    const limit = own(product.limits ?? {}, name);
    if (!limit) continue;
    const key = limit.key === undefined ? "" : keyText(keyed, limit.key);
    if (key === undefined) faults.push(faultOf(name, limit.key as string, keyed.isTemplate));
    else gates.push({ limit: name, key: shownKey(key, limit.key, event.redact) });
  }
  return { gates, faults };
}

/**
 * The text of a key; undefined if the input gives it none. A key has references and no operators (`limitFaults`), so that whoever
 * accepts requests needs nothing that evaluates operators.
 */
function keyText(keyed: Keyed, key: string): string | undefined {
  const template = readTemplate(key);
  if (template.kind === "text") return template.text;
  const parts = template.kind === "value" ? [template] : template.parts;
  const texts = parts.map((part) => (typeof part === "string" ? part : textOf(keyed, part.expression)));
  return texts.every((text) => text !== undefined) ? texts.join("") : undefined;
}

function textOf({ found, input, isTemplate }: Keyed, expression: Expression): string | undefined {
  if (expression.kind !== "reference") return undefined;
  const { root, path } = expression;
  const { variables, constants } = valuesOf(found.product, found.env);
  const value = path.reduce<unknown>(at, root === "Input" ? input : root === "Variable" ? variables : constants);
  return typeof value === "string" && root === "Input" && isTemplate ? literal(value) : keyPart(value);
}

/** A text of a template, if it has no expressions. */
function literal(text: string): string | undefined {
  const template = readTemplate(text);
  return text !== "" && template.kind === "text" ? template.text : undefined;
}

/** The fault points to the field that the key is, or to the whole input if the key is made of several. */
function faultOf(limit: string, key: string, isTemplate: boolean): Fault {
  const [only, ...others] = inputPaths(key);
  return {
    pointer: jsonPointer(["input", ...(only !== undefined && others.length === 0 ? only : [])]),
    detail: `gives no text for the key of the limit "${limit}": it must be a string that is not empty, a number, or true or false${isTemplate ? ", and no expression" : ""}`,
  };
}

const inputPaths = (key: string): string[][] =>
  expressionsIn(key)
    .flatMap(referencesOf)
    .filter(({ root }: Reference) => root === "Input")
    .map(({ path }) => path);

/** A key is shown to everybody who may read the job, so what the event hides is replaced by its hash, as a long key is. */
function shownKey(text: string, key: string | undefined, redact: readonly string[] = []): string {
  const isHidden = key !== undefined && redact.some((pointer) => inputPaths(key).some((path) => meets(pointer, path)));
  return isHidden || text.length > limitBounds.key || !text.isWellFormed() ? hashOf(text) : text;
}

const hashOf = (text: string): string => `sha256-${hash("sha256", text, "base64url")}`;

/** Whether a hidden part contains a place in the input, or is inside it. */
function meets(pointer: string, path: readonly string[]): boolean {
  const hidden = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return hidden.every((step, i) => i >= path.length || step === "*" || step === path[i]);
}
