import { JobError } from "../../../core/job/job-error.ts";
import { quoted } from "../../clients/http/names.ts";
import type { Scalar } from "../../clients/http/query.ts";

/** A field of a message: the variables if the catalog has a template for it, else the text by locale. */
export type Texts = Record<string, Scalar>;

const variable = /\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}/g;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] as string);

/** Replaces each `{{name}}` in one pass, so that a value that looks like a variable stays as it is. */
export function fill(template: string, variables: Texts, field: string, encode = (value: string) => value): string {
  return template.replace(variable, (_, name: string) => {
    if (Object.hasOwn(variables, name)) return encode(String(variables[name]));
    throw new JobError("VALIDATION_ERROR", `The template of ${field} needs the variable ${quoted(name)}.`);
  });
}

/** The names of a template's variables. */
export const variablesOf = (template: string): string[] => [
  ...new Set(Array.from(template.matchAll(variable), ([, name]) => name as string)),
];

/** The text for the locale, else for `en`, else the only one; undefined if there is none of these. */
export function textFor(texts: Texts, locale: string | undefined): string | undefined {
  const names = Object.keys(texts);
  const found = [locale, "en", names.length === 1 ? names[0] : undefined].find(
    (name) => name !== undefined && Object.hasOwn(texts, name),
  );
  return found === undefined ? undefined : String(texts[found]);
}

/** As `textFor`, but throws a VALIDATION_ERROR if there is none. */
export function localized(texts: Texts, locale: string | undefined, field: string): string {
  const text = textFor(texts, locale);
  if (text !== undefined) return text;
  throw new JobError(
    "VALIDATION_ERROR",
    `${field} has no text for the locale and none for "en", and it does not have exactly one.`,
  );
}

/** A field of a message as it is sent. */
export const render = (
  template: string | undefined,
  texts: Texts,
  options: { field: string; locale: string | undefined; encode?: (value: string) => string },
): string =>
  template === undefined
    ? localized(texts, options.locale, options.field)
    : fill(template, texts, options.field, options.encode);
