import { hash } from "node:crypto";
import { type CatalogEvent, own } from "../catalog/catalog.ts";
import type { Fault } from "../errors.ts";
import { resolve, scopeOf } from "../expressions/evaluate.ts";
import { type Reference, referencesOf } from "../expressions/expression.ts";
import { expressionsIn } from "../expressions/template.ts";
import { valuesOf } from "../expressions/values.ts";
import type { Gate } from "../job/job.ts";
import { JobError } from "../job/job-error.ts";
import { jsonPointer } from "../schema/schema.ts";
import { limitBounds } from "./limit.ts";

/** What of a request decides its gates. */
export interface Keyed {
  found: CatalogEvent;
  input: Record<string, unknown>;
  /** Whether the input is a template, whose expressions are evaluated before keys are. */
  isTemplate: boolean;
  /** Epoch milliseconds: what `$Now` stands for in such an input. */
  due: number;
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
    if (key === undefined) faults.push(faultOf(name, limit.key as string));
    else gates.push({ limit: name, key: shownKey(key, limit.key, event.redact) });
  }
  return { gates, faults };
}

/** The text of a key; undefined if the input gives it none. */
function keyText({ found, input, isTemplate, due }: Keyed, key: string): string | undefined {
  const values = valuesOf(found.product, found.env);
  try {
    const of = isTemplate ? (resolve(input, scopeOf(input, due, values)) as Record<string, unknown>) : input;
    const value = resolve(key, scopeOf(of, due, values));
    const isText = typeof value === "string" ? value !== "" : typeof value === "number" || typeof value === "boolean";
    return isText ? String(value) : undefined;
  } catch (error) {
    if (error instanceof JobError) return undefined;
    throw error;
  }
}

/** The fault points to the field that the key is, or to the whole input if the key is made of several. */
function faultOf(limit: string, key: string): Fault {
  const [only, ...others] = inputPaths(key);
  return {
    pointer: jsonPointer(["input", ...(only !== undefined && others.length === 0 ? only : [])]),
    detail: `gives no text for the key of the limit "${limit}": it must be a string that is not empty, a number, or true or false`,
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
