import { JobError } from "../../../core/job/job-error.ts";
import { quoted } from "../../clients/http/names.ts";
import type { Scalar } from "../../clients/http/query.ts";

/** A field of a message: the variables if the catalog has a template for it, else the text itself, or the text by locale. */
export type Texts = string | Record<string, unknown>;

const variable = /\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}/g;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] as string);

export const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value);

/**
 * The value of a variable: the field of that name, dots included, else the field to which the dots lead. Only own fields count, and
 * a list's items.
 */
export function variableIn(variables: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(variables, name)) return variables[name];
  return name.split(".").reduce(variableField, variables as unknown);
}

/** Own and enumerable: a list's length is not a field of it. */
const variableField = (value: unknown, step: string): unknown =>
  typeof value === "object" && value !== null && Object.prototype.propertyIsEnumerable.call(value, step)
    ? (value as Record<string, unknown>)[step]
    : undefined;

const invalidVariables = (message: string) => new JobError("VALIDATION_ERROR", message);

/** Writes a value into a template that has the text `before` in front of it. Undefined if it may not stand there. */
type Encode = (value: string, before: string) => string | undefined;

/** Where the template ends in front of a link, all of which is a value. */
const linkBegins = /\b(?:href|src|action|background|poster)\s*=\s*["']?\s*$/i;
const linkSchemes = ["https:", "http:", "mailto:", "tel:", "sms:", "cid:"];

/** A value in HTML. One that is a link runs nothing where it is shown, however its scheme is spelled. */
export const htmlValue: Encode = (value, before) =>
  linkBegins.test(before) && !isHarmlessLink(value) ? undefined : escapeHtml(value);

function isHarmlessLink(link: string): boolean {
  // What browsers leave out before they look (https://url.spec.whatwg.org/#concept-basic-url-parser).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are the point
  const read = link.replace(/[\t\n\r]|^[\u0000-\u0020]+/g, "");
  const [scheme] = /^[a-z][a-z0-9+.-]*:/i.exec(read) ?? [];
  return scheme === undefined || linkSchemes.includes(scheme.toLowerCase());
}

/** Replaces each `{{name}}` in one pass, so that a value that looks like a variable stays unchanged. */
export function fillVariables(
  template: string,
  variables: Record<string, unknown>,
  field: string,
  encode: Encode = (value) => value,
): string {
  return template.replace(variable, (_, name: string, offset: number) => {
    const value = variableIn(variables, name);
    const of = `The template of ${field}`;
    if (isScalar(value)) return encode(String(value), template.slice(0, offset)) ?? refuseLink(of, name);
    throw (value ?? undefined) === undefined
      ? invalidVariables(`${of} needs the variable ${quoted(name)}.`)
      : invalidVariables(`${of} writes the variable ${quoted(name)}, which must not be a list or an object.`);
  });
}

function refuseLink(of: string, name: string): never {
  const schemes = `${linkSchemes.slice(0, -1).join(", ")} or ${linkSchemes.at(-1)}`;
  throw invalidVariables(
    `${of} writes the variable ${quoted(name)} as a link, which must begin with ${schemes}, or have no scheme.`,
  );
}

/** The names of a template's variables. */
export const variablesOf = (template: string): string[] => [
  ...new Set(Array.from(template.matchAll(variable), ([, name]) => name as string)),
];

/** The text for the locale, else for `en`, else the only one; undefined if there is none of these. */
export function textFor(texts: Record<string, unknown>, locale: string | undefined): string | undefined {
  const names = Object.keys(texts);
  const found = [locale, "en", names.length === 1 ? names[0] : undefined].find(
    (name) => name !== undefined && Object.hasOwn(texts, name) && isScalar(texts[name]),
  );
  return found === undefined ? undefined : String(texts[found]);
}

/** As `textFor`, but throws a VALIDATION_ERROR if there is none. */
export function localized(texts: Record<string, unknown>, locale: string | undefined, field: string): string {
  const text = textFor(texts, locale);
  if (text !== undefined) return text;
  throw invalidVariables(`${field} has no text for the locale and none for "en", and it does not have exactly one.`);
}

/** A field of a sent message. A template needs no variables if it has none; without one the text is required. */
export function render(
  template: string | undefined,
  texts: Texts | undefined,
  { field, locale, encode }: { field: string; locale: string | undefined; encode?: Encode },
): string {
  if (template !== undefined) {
    if (typeof texts !== "string") return fillVariables(template, texts ?? {}, field, encode);
    throw invalidVariables(`${field} must be an object of variables: the message has a template for it.`);
  }
  if (texts === undefined) throw invalidVariables(`${field} is required: the message has no template for it.`);
  return typeof texts === "string" ? texts : localized(texts, locale, field);
}
