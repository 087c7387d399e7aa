import type { Product } from "../catalog/job-type.ts";
import { JobError, MissingInCatalog, placed } from "../job/job-error.ts";
import type { SessionClaims } from "../job/kept-session.ts";
import { jsonPointer } from "../kernel/schema.ts";
import { apply } from "./apply.ts";
import { type Budget, budget, spend, spendCharacters } from "./budget.ts";
import { type Expression, referencesOf, type ValueReference } from "./expression.ts";
import { expressionsIn, readTemplate, type Template } from "./template.ts";
import { type CatalogValues, fieldAt, valueFaults } from "./values.ts";

/** The values that expressions can refer to. They are data: nothing in them is evaluated. */
export interface Scope extends Partial<CatalogValues> {
  /** The input of the feature, or of the job itself. */
  input: Record<string, unknown>;
  /** Results of finished steps that `resultsFor` names, by sequence and step. A step that was skipped or failed has none. */
  results: Record<string, Record<string, unknown>>;
  /** `sequence.step` of the completed steps whose results were deleted with their jobs. */
  gone: ReadonlySet<string>;
  /** `sequence.step` of the steps whose results are too large to be held beside the others that this decision refers to. */
  tooLarge?: ReadonlySet<string>;
  /** The sequence and the name of the step that is undone, whose result `$Step` is. */
  undone?: readonly [sequence: string, step: string];
  /** The result of the item that is undone, of a step whose items are undone one by one: `$Step` is this one then. */
  undoneItem?: { result: unknown };
  /** The item for which an input of a step with `for_each` is made, under its name, and its index. Absent for any other text. */
  each?: Record<string, unknown>;
  /** Epoch milliseconds. */
  now: number;
  /** The claims that the job has kept of its session. */
  session?: SessionClaims;
  /** What stands for a credential of the app that is called. Absent where no text may refer to one. */
  credential?: (app: string, key: string) => string;
  /** What stands for the address at which a recipient decides. Absent where nobody is asked. */
  approval?: string;
  /** What a provider has delivered to a hook. Absent everywhere else. */
  hook?: Record<string, unknown>;
  /** What a receiver is told. Absent everywhere else. */
  alert?: Record<string, unknown>;
}

/** The scope of a job that is no feature, which has no sequences. `now` is the planned time of its run. */
export const scopeOf = (input: Record<string, unknown>, now: number, values: CatalogValues): Scope => ({
  input,
  now,
  variables: values.variables,
  constants: values.constants,
  results: {},
  gone: new Set(),
});

const kept = { texts: 1000, characters: 1000 };
const read = new Map<string, Template>();

/** Reads a text once. Those of the catalog come again and again; those of requests must not fill the memory. */
function templateOf(text: string): Template {
  const known = read.get(text);
  if (known) return known;
  const template = readTemplate(text);
  if (text.length > kept.characters) return template;
  if (read.size >= kept.texts) read.clear();
  read.set(text, template);
  return template;
}

/**
 * Resolves a template: every text in it is replaced by what it stands for. Throws a JobError that names the place and not the
 * value. What the scope brings in is never evaluated.
 */
export function resolve(template: unknown, scope: Scope, left: Budget = budget()): unknown {
  const place: (string | number)[] = [];
  try {
    return resolved(template, scope, left, place);
  } catch (error) {
    if (!(error instanceof JobError) || place.length === 0) throw error;
    throw placed(error, `At ${jsonPointer(place)}`);
  }
}

/** `place` is a stack: where an error was thrown, it is the path to there. */
function resolved(template: unknown, scope: Scope, left: Budget, place: (string | number)[]): unknown {
  if (typeof template === "string") return template.includes("$") ? filled(template, scope, left) : template;
  if (typeof template !== "object" || template === null) return template;
  const below = (part: unknown, step: string | number): unknown => {
    place.push(step);
    const value = resolved(part, scope, left, place);
    place.pop();
    return value;
  };
  // A reference that leads nowhere removes its field or list item, so that optional values can be passed on.
  if (Array.isArray(template)) return template.map(below).filter((value) => value !== undefined);
  const entries = Object.entries(template).map(([key, value]) => [key, below(value, key)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function filled(text: string, scope: Scope, left: Budget): unknown {
  const template = templateOf(text);
  if (template.kind === "text") return template.text;
  if (template.kind === "value") return evaluate(template.expression, scope, left);
  const parts = template.parts.map((part) =>
    typeof part === "string" ? part : interpolatedText(evaluate(part.expression, scope, left), part.at),
  );
  spendCharacters(
    parts.reduce((sum, part) => sum + part.length, 0),
    left,
  );
  return parts.join("");
}

/** A value within a text. `position` is that of its expression. */
function interpolatedText(value: unknown, position: number): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "object") return String(value);
  throw new JobError(
    "VALIDATION_ERROR",
    `The expression at position ${position} is an object or a list, which does not fit into a text.`,
  );
}

/** `sequence.step` of each step whose result a template refers to. */
export const stepsNamedIn = (template: unknown): string[] =>
  referencesInTemplate(template).flatMap(({ root, path }) => (root === "Sequence" ? [stepAt(path)] : []));

/** Every reference in a template. */
export function referencesInTemplate(template: unknown): ValueReference[] {
  if (typeof template === "string") return expressionsIn(template).flatMap(referencesOf);
  return typeof template === "object" && template !== null ? Object.values(template).flatMap(referencesInTemplate) : [];
}

/** The names of the variables to which a template refers, and which an env of the product does not have. */
export function lostVariables(template: unknown, product: Product, env: string): string[] {
  const variables = referencesInTemplate(template).filter(({ root }) => root === "Variable");
  const lost = variables.filter((reference) => valueFaults(reference, product, [env]).length > 0);
  return [...new Set(lost.map(({ path }) => path.join(".")))];
}

const stepAt = (path: string[]): string => path.slice(0, 2).join(".");

export function evaluate(expression: Expression, scope: Scope, left: Budget = budget()): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "list":
      return expression.items.map((item) => evaluate(item, scope, left));
    case "reference":
      return referencedValue(expression, scope);
    case "call": {
      const args = expression.args.map((arg) => evaluate(arg, scope, left));
      spend(args, left);
      return apply[expression.operator](left, ...args);
    }
  }
}

function referencedValue({ root, path }: ValueReference, scope: Scope): unknown {
  switch (root) {
    case "Now":
      return scope.now;
    case "Input":
      return path.reduce<unknown>(fieldAt, scope.input);
    case "Sequence":
      return resultAt(path, scope);
    case "Step":
      return undoneResultAt(path, scope);
    case "Each":
      return path.reduce<unknown>(fieldAt, scope.each ?? {});
    case "Variable":
      return knownValue("variable", path, scope.variables ?? {});
    case "Constant":
      return knownValue("constant", path, scope.constants ?? {});
    case "Session":
      return claimAt(path, scope.session);
    case "Auth":
      return credentialAt(path, scope.credential);
    case "Approval":
      return approvalAt(scope.approval);
    case "Hook":
      return path.reduce<unknown>(fieldAt, scope.hook ?? {});
    case "Alert":
      return path.reduce<unknown>(fieldAt, scope.alert ?? {});
  }
}

function resultAt(path: string[], { gone, tooLarge, results }: Scope): unknown {
  const step = stepAt(path);
  if (gone.has(step)) throw new JobError("NOT_FOUND", `The result of step ${step} is gone: its job was deleted.`);
  if (tooLarge?.has(step)) {
    throw new JobError("VALIDATION_ERROR", `The result of step ${step} is too large to be referred to.`);
  }
  return path.reduce<unknown>(fieldAt, results);
}

function undoneResultAt(path: string[], scope: Scope): unknown {
  if (scope.undoneItem) return path.reduce<unknown>(fieldAt, scope.undoneItem.result);
  if (scope.undone) return resultAt([...scope.undone, ...path], scope);
  throw new JobError("CONFIGURATION_ERROR", "The result of a step is referred to where no step is undone.");
}

/** A claim. Only the text of a later catalog can refer to one that the job did not keep. */
function claimAt([tag, claim = "", ...path]: string[], session: SessionClaims | undefined): unknown {
  if (session?.tag === tag && session?.claims.has(claim))
    return path.reduce<unknown>(fieldAt, session.claims.get(claim));
  const text = "The job has not kept the claim that is referred to here: request it again with its session.";
  throw new JobError("CONFIGURATION_ERROR", text);
}

function credentialAt([app, key]: string[], credential: Scope["credential"]): string {
  if (credential && app !== undefined && key !== undefined) return credential(app, key);
  throw new JobError("CONFIGURATION_ERROR", "A credential is referred to where none can be.");
}

function approvalAt(approval: string | undefined): string {
  if (approval !== undefined) return approval;
  throw new JobError("CONFIGURATION_ERROR", "The address of an approval is referred to where nobody is asked.");
}

/** A variable or a constant. It was there when the expression was checked, so only a later catalog can lack it. */
function knownValue(what: string, path: string[], values: Record<string, unknown>): unknown {
  const value = path.reduce<unknown>(fieldAt, values);
  if (value !== undefined && path.length > 0) return value;
  throw new MissingInCatalog(`The catalog no longer has a ${what} that is referred to here.`);
}
