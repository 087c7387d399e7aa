import { JobError } from "../../core/errors.ts";
import { quoted } from "./names.ts";

export type Scalar = string | number | boolean;
export type Query = Record<string, Scalar | Scalar[] | null>;
export type Params = Record<string, Scalar>;

/** Not right after a letter or digit, so that custom methods such as `/messages:send` stay what they are. */
const placeholder = /(?<![A-Za-z0-9_]):([A-Za-z_][A-Za-z0-9_]*)/g;

const invalid = (message: string) => new JobError("VALIDATION_ERROR", message);

/** Fills `:name`; each value is one path segment or a part of one, whatever characters it has. */
export function fillPath(path: string, params: Params): string {
  const used = new Set<string>();
  const filled = path.replace(placeholder, (_, name: string) => {
    used.add(name);
    if (!Object.hasOwn(params, name)) throw invalid(`The path needs the param ${quoted(name)}.`);
    return segment(name, String(params[name]));
  });
  const unused = Object.keys(params).find((name) => !used.has(name));
  if (unused !== undefined) throw invalid(`The path has no param ${quoted(unused)}.`);
  return filled;
}

function segment(name: string, value: string): string {
  // URL parsers resolve dot segments, so these would leave the path that the catalog means.
  if (value === "" || value === "." || value === "..") {
    throw invalid(`The param ${quoted(name)} must not be empty, "." or "..".`);
  }
  if (!value.isWellFormed()) throw invalid(`The param ${quoted(name)} is not well-formed Unicode.`);
  return encodeURIComponent(value);
}

/**
 * The URL of a call: `path` below `base`, or the path of `base` itself. Queries that the two were written with stay,
 * unless `query` has a field of the same name; null removes one.
 */
export function buildUrl(base: URL, path: string, params: Params, query: Query): URL {
  const [ownPath = "", ownQuery] = splitAt(path, "?");
  const below = ownPath === "" ? base.pathname : base.pathname.replace(/\/$/, "") + ownPath;
  // Joined as text, never resolved: a path that starts with `//` must not name another host.
  const url = new URL(base.origin + fillPath(below, params));
  for (const [name, value] of [...base.searchParams, ...new URLSearchParams(ownQuery)]) {
    url.searchParams.append(name, value);
  }
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.delete(name);
    if (value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
}

function splitAt(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
