import type { Fault } from "../../../core/kernel/errors.ts";
import { firstFaults, jsonPointer } from "../../../core/kernel/schema.ts";
import { isScalar, type Texts, textFor, variableIn, variablesOf } from "./template.ts";

/** The faults of a field of a message, at `/input/<at>`, for which it would not be rendered. */
export function textFaults(
  at: readonly string[],
  template: string | undefined,
  texts: Texts | undefined,
  locale: string | undefined,
): Fault[] {
  const fault = (detail: string) => [{ pointer: jsonPointer(["input", ...at]), detail }];
  if (template !== undefined) {
    if (typeof texts !== "string") return variableFaults(at, template, texts);
    return fault("must be an object of variables: the message has a template for it");
  }
  if (texts === undefined) return fault("is required: the message has no template for it");
  return typeof texts === "string" ? [] : localeFaults(at, texts, locale);
}

/** The variables of a template that have no value, or one that is no text. `by` says which template of the message needs them. */
export const variableFaults = (
  at: readonly string[],
  template: string,
  variables: Record<string, unknown> = {},
  by = "template",
): Fault[] =>
  variablesOf(template).flatMap((name) => {
    const value = variableIn(variables, name);
    if (isScalar(value)) return [];
    const isMissing = value === undefined || value === null;
    const detail = isMissing
      ? `is required: the message's ${by} uses it`
      : `must be a string, a number, true or false: the message's ${by} writes it`;
    return [{ pointer: textPlaceOf(at, variables, name), detail }];
  });

/** The pointer to a variable: a field of its whole name, unless there is a field to which its name leads. */
export function textPlaceOf(at: readonly string[], variables: Record<string, unknown>, name: string): string {
  const steps = name.split(".");
  const leads = !Object.hasOwn(variables, name) && Object.hasOwn(variables, String(steps[0]));
  return jsonPointer(["input", ...at, ...(leads ? steps : [name])]);
}

function localeFaults(at: readonly string[], texts: Record<string, unknown>, locale: string | undefined): Fault[] {
  const pointer = (...more: string[]) => jsonPointer(["input", ...at, ...more]);
  const others = Object.keys(texts).filter((name) => !isScalar(texts[name]));
  if (others.length > 0) {
    const detail =
      "must be a string, a number, true or false: the message has no template for it, so these are the texts by locale";
    return firstFaults(others, (name) => [{ pointer: pointer(name), detail }]);
  }
  const detail = 'has no text for the locale, none for "en", and not exactly one';
  return textFor(texts, locale) === undefined ? [{ pointer: pointer(), detail }] : [];
}
