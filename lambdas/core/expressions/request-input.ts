import type { CatalogEvent } from "../catalog/catalog.ts";
import { hasMoreValues } from "../kernel/bounds.ts";
import type { Fault } from "../kernel/errors.ts";
import { faultSearchLimit, jsonPointer, type Path } from "../kernel/schema.ts";
import { mostFaults } from "../kernel/sizes.ts";
import { ExpressionFault, isOperator, isRoot, referencesOf, type ValueReference } from "./expression.ts";
import { longestExpression, parseExpression } from "./parse.ts";
import { requestClaimFaults } from "./session-references.ts";
import { faultsBesideExpressions } from "./stand-ins.ts";
import { eachText, templateFaults } from "./template-faults.ts";
import { valueFaults } from "./values.ts";
import { insteadOf } from "./words.ts";

/** The most texts with expressions in the input of a request, and the most values of an input that has any. */
export const expressionLimits = { texts: 100, values: 5000 } as const;

type Checked = Pick<CatalogEvent, "product" | "env" | "event" | "definition">;

/** Whether the input of a request is a template, because its event says so. */
export const takesExpressions = ({ event }: Pick<CatalogEvent, "event">): boolean => event.expressions === true;

/**
 * The faults of an input that is a template: of its expressions, and of the rest against the type and the event. `$Input` is the
 * input as it was sent; the variables are those of the request's env, and the claims those of its session.
 */
export function expressionInputFaults(
  found: Checked,
  input: Record<string, unknown>,
  app: string | undefined,
  sessionTag: string | undefined,
): Fault[] {
  const { product, env, event, definition } = found;
  const limit = limitFault(input);
  if (limit) return [limit];
  const check = (reference: ValueReference) => {
    if (reference.root === "Sequence") return ["only a feature has sequences"];
    if (reference.root === "Session") return requestClaimFaults(reference, product, sessionTag);
    const instead = reference.root === "Auth" ? insteadOf("Auth") : undefined;
    return instead === undefined ? valueFaults(reference, product, [env]) : [instead];
  };
  const faults = templateFaults(input, ["input"], check).map(({ path, detail }) => ({
    pointer: jsonPointer(path),
    detail,
  }));
  return [...faults, ...faultsBesideExpressions(input, definition, { product, envs: [env], event, app })];
}

/** Without a limit a request could make its check take minutes: each expression is checked with its value and without it. */
function limitFault(input: Record<string, unknown>): Fault | undefined {
  let count = 0;
  eachText(input, [], (text) => {
    if (/\$[A-Z]/.test(text)) count++;
  });
  const { texts, values } = expressionLimits;
  return count > texts || (count > 0 && hasMoreValues(input, values))
    ? { pointer: "/input", detail: `has over ${texts} texts with expressions, or any in over ${values} values` }
    : undefined;
}

/**
 * The faults of an input that is no template: values that are expressions as a whole, which the caller expects to be evaluated. Any
 * other text is text. The contents of a file are left out.
 */
export function plainInputFaults({ definition }: Pick<Checked, "definition">, input: Record<string, unknown>): Fault[] {
  const faults: Fault[] = [];
  eachText(requestTexts(definition, input), ["input"], (text, path) => {
    const detail = faults.length > faultSearchLimit ? undefined : wholeFault(text);
    if (detail !== undefined) faults.push({ pointer: jsonPointer(path), detail });
  });
  return faults;
}

const allow =
  "is an expression, which this event does not take: set `expressions: true` on it in the catalog, or write $$ for its $ to send it as text";

/** All of an input but the contents of a file. */
function requestTexts(definition: Checked["definition"], input: Record<string, unknown>): Record<string, unknown> {
  const { buffer: _buffer, blob: _blob, ...rest } = input;
  return definition.type === "storage" ? rest : input;
}

/** An input that is no template, with the first places of the texts that were written with one dollar more than they have. */
interface PlainInput {
  input: Record<string, unknown>;
  escaped: Path[];
}

/**
 * `$$Now` is the text `$Now`, and `$$$Now` is `$$Now`: where a text would be refused as an expression if it began with one dollar,
 * the first of several is left out. In every other text all of them stand for themselves.
 */
export function plainInput({ definition }: Pick<Checked, "definition">, input: Record<string, unknown>): PlainInput {
  const escaped: Path[] = [];
  const texts = requestTexts(definition, input);
  const plain = plainTexts(texts, [], escaped);
  return { input: plain === texts ? input : { ...input, ...(plain as PlainInput["input"]) }, escaped };
}

const isEscaped = (text: string): boolean =>
  text.startsWith("$$") && wholeFault(text.replace(/^\$+/, "$")) !== undefined;

/**
 * The value itself if it has no such text. Records are copied only where they have one, and `place` is a stack: an input may have very
 * many texts.
 */
function plainTexts(value: unknown, place: PropertyKey[], escaped: Path[]): unknown {
  if (typeof value === "string") {
    if (!isEscaped(value)) return value;
    if (escaped.length < mostFaults) escaped.push([...place]);
    return value.slice(1);
  }
  if (typeof value !== "object" || value === null) return value;
  const below = (field: unknown, step: PropertyKey): unknown => {
    if (typeof field !== "string" && typeof field !== "object") return field;
    place.push(step);
    const plain = plainTexts(field, place, escaped);
    place.pop();
    return plain;
  };
  const before: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  const steps = Array.isArray(value) ? undefined : Object.keys(value);
  const after = before.map((field, i) => below(field, steps?.[i] ?? i));
  if (after.every((field, i) => field === before[i])) return value;
  return steps ? Object.fromEntries(steps.map((step, i) => [step, after[i]])) : after;
}

/**
 * The reverse, for an input of values that others have written: spelled so that a request with it means them, whatever their texts look
 * like. In a template each dollar becomes two; elsewhere only a text that would be taken for an expression gets one more.
 */
export function spelledPlain(found: Pick<CatalogEvent, "event" | "definition">, input: Record<string, unknown>) {
  if (takesExpressions(found)) return changedTexts(input, (text) => text.replaceAll("$", "$$$$")) as typeof input;
  const meant = (text: string) => (isEscaped(`$${text}`) && text.startsWith("$") ? `$${text}` : text);
  return { ...input, ...(changedTexts(requestTexts(found.definition, input), meant) as typeof input) };
}

function changedTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return value.includes("$") ? change(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => changedTexts(item, change));
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, changedTexts(field, change)]));
}

/** A word with keys, or with something in parentheses. */
const whole = /^\$([A-Z]\w*)(?:(\s*\{[^{}]*\})+|\(.*\))\s*$/s;

/** A longer text is no expression. The pattern is not tried on it, because its search could need much memory. */
function wholeFault(text: string): string | undefined {
  if (text.length > longestExpression || !/^\$[A-Z]/.test(text)) return undefined;
  const [, word = "", keys] = whole.exec(text) ?? [];
  return insteadOf(word) ?? (keys === undefined ? evaluatedFault(text) : allow);
}

/** The fault of one call, one reference with keys, or `$Now`. A bare `$Input` is text, and so is a call of an unknown operator. */
function evaluatedFault(text: string): string | undefined {
  const word = /^\$(\w+)\s*(?:[({].*[)}]\s*)?$/s.exec(text)?.[1] ?? "";
  if (!isRoot(word) && !isOperator(word)) return undefined;
  try {
    const expression = parseExpression(text);
    if (referencesOf(expression).some(({ root }) => root === "Auth")) return insteadOf("Auth");
    const isText = expression.kind === "reference" && expression.root !== "Now" && expression.path.length === 0;
    return isText ? undefined : allow;
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    // A call with an unknown word among its arguments was meant to be evaluated as well.
    return error.word && (insteadOf(error.word) ?? allow);
  }
}
