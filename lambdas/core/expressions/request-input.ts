import type { CatalogEvent } from "../catalog/catalog.ts";
import type { Fault } from "../errors.ts";
import { faultSearchLimit } from "../schema/find-faults.ts";
import { hasMoreValues } from "../schema/json-values.ts";
import { jsonPointer, type Path } from "../schema/schema.ts";
import type { Reference } from "./expression.ts";
import { faultsBesideExpressions } from "./stand-ins.ts";
import { expressionsIn, wholeExpression } from "./template.ts";
import { templateFaults } from "./template-faults.ts";
import { valueFaults } from "./values.ts";
import { insteadOf } from "./words.ts";

/** The most expressions of a request's input, and the most values of an input that has any: each is checked with and without them. */
export const expressionLimits = { expressions: 200, values: 10_000 } as const;

type Checked = Pick<CatalogEvent, "product" | "env" | "event" | "definition">;

/** Whether the input of a request is a template, because its event says so. */
export const takesExpressions = ({ event }: Pick<CatalogEvent, "event">): boolean => event.expressions === true;

/**
 * The faults of an input that is a template: of its expressions, and of the rest against the type and the event. `$Input` is the
 * input as it was sent; the variables are those of the request's env.
 */
export function expressionInputFaults(
  found: Checked,
  input: Record<string, unknown>,
  app: string | undefined,
): Fault[] {
  const { product, env, event, definition } = found;
  const limit = limitFault(input);
  if (limit) return [limit];
  const check = (reference: Reference) =>
    reference.root === "Sequence"
      ? ["only a feature has sequences: $Input refers to this input"]
      : valueFaults(reference, product, [env]);
  const faults = templateFaults(input, ["input"], check).map(({ path, detail }) => ({
    pointer: jsonPointer(path),
    detail,
  }));
  return [...faults, ...faultsBesideExpressions(input, definition, { product, envs: [env], event, app })];
}

function limitFault(input: Record<string, unknown>): Fault | undefined {
  const count = expressionsOf(input, expressionLimits.expressions + 1);
  const { expressions, values } = expressionLimits;
  if (count > expressions) return { pointer: "/input", detail: `has more than ${expressions} expressions` };
  const isLarge = count > 0 && hasMoreValues(input, values);
  return isLarge ? { pointer: "/input", detail: `has expressions, and more than ${values} values` } : undefined;
}

/** How many texts of a value have expressions, or faults in their place; counted up to `most`. */
function expressionsOf(value: unknown, most: number): number {
  if (typeof value === "string") return value.includes("$") ? countIn(value) : 0;
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const part of Object.values(value)) {
    count += expressionsOf(part, most - count);
    if (count >= most) break;
  }
  return count;
}

function countIn(text: string): number {
  try {
    return expressionsIn(text).length;
  } catch {
    return 1;
  }
}

/**
 * The faults of an input that is no template: values that are expressions as a whole, which somebody expects to be evaluated. Any
 * other text is text. The contents of a file are left out.
 */
export function plainInputFaults({ definition }: Pick<Checked, "definition">, input: Record<string, unknown>): Fault[] {
  const faults: Fault[] = [];
  const isFile = (path: Path) => definition.type === "storage" && ["buffer", "blob"].includes(String(path[1]));
  const visit = (value: unknown, path: Path): void => {
    if (faults.length > faultSearchLimit) return;
    if (typeof value === "string") {
      const detail = wholeFault(value);
      if (detail !== undefined) faults.push({ pointer: jsonPointer(path), detail });
    } else if (typeof value === "object" && value !== null) {
      visitParts(value, path);
    }
  };
  // A list may have millions of numbers.
  const visitParts = (value: object, path: Path): void => {
    if (Array.isArray(value) && !value.some((item) => typeof item === "string" || typeof item === "object")) return;
    for (const [key, part] of Object.entries(value)) {
      const next = [...path, key];
      if (!isFile(next)) visit(part, next);
    }
  };
  visit(input, ["input"]);
  return faults;
}

const keyed = /^\$([A-Z]\w*)\s*(?:\{[^{}]*\}\s*)+$/;
const called = /^\$([A-Z]\w*)\s*\(/;

const allow =
  "is an expression, and this event takes none: set `expressions: true` on the event in the catalog; $$ then stands for a dollar";

function wholeFault(text: string): string | undefined {
  if (text[0] !== "$") return undefined;
  const [, word = ""] = keyed.exec(text) ?? (text.trimEnd().endsWith(")") ? called.exec(text) : null) ?? [];
  const instead = insteadOf(word);
  if (instead !== undefined) return instead;
  return keyed.test(text) || isEvaluated(text) ? allow : undefined;
}

/** Whether a text is one call, one reference with keys, or `$Now`. A bare `$Input` is text. */
function isEvaluated(text: string): boolean {
  const expression = wholeExpression(text);
  if (expression?.kind === "reference") return expression.root === "Now" || expression.path.length > 0;
  return expression?.kind === "call";
}
