import type { Path } from "../schema/schema.ts";
import { ExpressionFault, type Reference, referencesOf } from "./expression.ts";
import { expressionsIn } from "./template.ts";

export interface TemplateFault {
  path: Path;
  detail: string;
}

/** The faults of a template: texts that do not parse, and what `check` finds wrong with a reference. */
export function templateFaults(template: unknown, path: Path, check: (of: Reference) => string[]): TemplateFault[] {
  if (typeof template === "string") return textFaults(template, check).map((detail) => ({ path, detail }));
  if (typeof template !== "object" || template === null) return [];
  // A list may have millions of numbers.
  return Object.entries(template).flatMap(([key, value]) =>
    typeof value === "string" || typeof value === "object" ? templateFaults(value, [...path, key], check) : [],
  );
}

function textFaults(text: string, check: (of: Reference) => string[]): string[] {
  if (!text.includes("$")) return [];
  try {
    return expressionsIn(text).flatMap(referencesOf).flatMap(check);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    return [`${error.message} (at ${error.at}).`];
  }
}
