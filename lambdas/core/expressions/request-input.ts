import type { CatalogEvent } from "../catalog/catalog.ts";
import type { Fault } from "../errors.ts";
import { faultSearchLimit } from "../schema/find-faults.ts";
import { jsonPointer, type Path } from "../schema/schema.ts";
import type { Reference } from "./expression.ts";
import { faultsBesideExpressions } from "./stand-ins.ts";
import { wholeExpression } from "./template.ts";
import { templateFaults } from "./template-faults.ts";
import { valueFaults } from "./values.ts";
import { insteadOf } from "./words.ts";

/** The most texts with expressions in the input of a request, and the most values of an input that has any. */
export const expressionLimits = { texts: 200, values: 10_000 } as const;

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
  const check = (reference: Reference) =>
    reference.root === "Sequence"
      ? ["only a feature has sequences: $Input refers to this input"]
      : valueFaults(reference, product, [env]);
  const faults = templateFaults(input, ["input"], check).map(({ path, detail }) => ({
    pointer: jsonPointer(path),
    detail,
  }));
  return [
    ...faults,
    ...faultsBesideExpressions(input, definition, { product, envs: [env], event, app }, expressionLimits),
  ];
}

/**
 * The faults of an input that is no template: values that are expressions as a whole, which somebody expects to be evaluated. Any
 * other text is text. The contents of a file are left out.
 */
export function plainInputFaults({ definition }: Pick<Checked, "definition">, input: Record<string, unknown>): Fault[] {
  const faults: Fault[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === "string") {
      const detail = wholeFault(value);
      if (detail !== undefined) faults.push({ pointer: jsonPointer(path), detail });
    }
    if (typeof value !== "object" || value === null || faults.length > faultSearchLimit) return;
    // A list may have millions of numbers.
    if (Array.isArray(value) && value.every((item) => typeof item === "number")) return;
    for (const [key, part] of Object.entries(value)) visit(part, [...path, key]);
  };
  const { buffer: _buffer, blob: _blob, ...rest } = input;
  visit(definition.type === "storage" ? rest : input, ["input"]);
  return faults;
}

const keyed = /^\$[A-Z]\w*\s*(?:\{[^{}]*\}\s*)+$/;
const opened = /^\$([A-Z]\w*)\s*[({]/;

const allow =
  "is an expression, which this event does not take: set `expressions: true` on it in the catalog, where $$ is then a dollar";

function wholeFault(text: string): string | undefined {
  const word = opened.exec(text)?.[1];
  const instead = word !== undefined && /[)}]\s*$/.test(text) ? insteadOf(word) : undefined;
  return instead ?? (keyed.test(text) || isEvaluated(text) ? allow : undefined);
}

/** Whether a text is one call, one reference with keys, or `$Now`. A bare `$Input` is text. */
function isEvaluated(text: string): boolean {
  const expression = wholeExpression(text);
  if (expression?.kind === "reference") return expression.root === "Now" || expression.path.length > 0;
  return expression?.kind === "call";
}
