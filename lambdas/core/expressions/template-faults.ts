import { isReference } from "../catalog/references.ts";
import { faultSearchLimit, type Path } from "../kernel/schema.ts";
import { type Expression, ExpressionFault, referencesOf, type ValueReference } from "./expression.ts";
import { expressionsIn } from "./template.ts";
import { unknownWord } from "./words.ts";

export interface TemplateFault {
  path: Path;
  detail: string;
}

/** Visits every text of a JSON value. A list may have millions of numbers, which cost nothing more than a look. */
export function eachText(value: unknown, path: Path, visit: (text: string, path: Path) => void): void {
  if (typeof value === "string") visit(value, path);
  if (typeof value !== "object" || value === null) return;
  const look = (part: unknown, step: PropertyKey) => {
    if (typeof part === "string" || typeof part === "object") eachText(part, [...path, step], visit);
  };
  if (Array.isArray(value)) value.forEach(look);
  else for (const [key, part] of Object.entries(value)) look(part, key);
}

/** The faults of a template, up to the number that is reported: texts that do not parse, and what `check` finds wrong with a reference. */
export function templateFaults(
  template: unknown,
  path: Path,
  check: (of: ValueReference) => string[],
): TemplateFault[] {
  const faults: TemplateFault[] = [];
  eachText(template, path, (text, place) => {
    if (faults.length > faultSearchLimit) return;
    for (const detail of interpolationFaults(text, check)) faults.push({ path: place, detail });
  });
  return faults;
}

/** The faults of a template of the catalog, in which no value is a reference either. */
export const catalogTemplateFaults = (
  template: unknown,
  path: Path,
  check: (of: ValueReference) => string[],
): TemplateFault[] => [...templateFaults(template, path, check), ...unreadReferences(template, path)];

/**
 * References in a template of the catalog. They are read in the settings of targets only: a template would send the name of the
 * credential, and not the credential.
 */
export function unreadReferences(template: unknown, path: Path): TemplateFault[] {
  if (typeof template !== "object" || template === null) return [];
  const detail =
    "is a reference, and only settings of a target have the values of those: an action has it as $Auth{app}{key} of the `credentials` of its app";
  if (isReference(template)) return [{ path, detail }];
  return Object.entries(template).flatMap(([key, part]) => unreadReferences(part, [...path, key]));
}

const interpolationFaults = (text: string, check: (of: ValueReference) => string[]): string[] =>
  text.includes("$") ? parsedFaults(text, (expressions) => expressions.flatMap(referencesOf).flatMap(check)) : [];

/** What `check` finds wrong with the expressions of a text, or why they cannot be parsed. */
export function parsedFaults(text: string, check: (of: Expression[]) => string[]): string[] {
  try {
    return check(expressionsIn(text));
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    const { word, message, at } = error;
    return [`${word === undefined ? message : unknownWord(word)} (at ${at}).`];
  }
}
