import { JobError } from "../../../core/job/job-error.ts";
import { quoted } from "./names.ts";
import { mergeParameters, type Query, type Scalar } from "./query.ts";

type Params = Record<string, Scalar>;

/** A param does not directly follow a letter or digit, so that custom methods such as `/messages:send` stay as they are. */
const placeholder = /(?<![A-Za-z0-9_]):([A-Za-z_][A-Za-z0-9_]*)/g;

const invalidUrl = (message: string) => new JobError("VALIDATION_ERROR", message);

/** The names of a path's params. */
export const paramsOf = (path: string): string[] => [
  ...new Set(Array.from(path.matchAll(placeholder), ([, name]) => name as string)),
];

/** A param because of which a path cannot be filled. */
export interface ParamFault {
  name: string;
  /** `dots`: empty or a dot segment, which URL parsers resolve, so that it would lead out of the catalog's path. */
  is: "missing" | "dots" | "malformed" | "unused";
}

export function paramFaults(path: string, params: Params): ParamFault[] {
  const names = paramsOf(path);
  const faultOf = (name: string): ParamFault["is"] | undefined => {
    if (!Object.hasOwn(params, name)) return "missing";
    const value = String(params[name]);
    if (value === "" || value === "." || value === "..") return "dots";
    return value.isWellFormed() ? undefined : "malformed";
  };
  return [
    ...names.flatMap((name) => {
      const is = faultOf(name);
      return is === undefined ? [] : [{ name, is }];
    }),
    ...Object.keys(params)
      .filter((name) => !names.includes(name))
      .map((name): ParamFault => ({ name, is: "unused" })),
  ];
}

const messages: Record<ParamFault["is"], (name: string) => string> = {
  missing: (name) => `The path needs the param ${name}.`,
  dots: (name) => `The param ${name} must not be empty, "." or "..".`,
  malformed: (name) => `The param ${name} is not well-formed Unicode.`,
  unused: (name) => `The path has no param ${name}.`,
};

/** Fills `:name`. Each value becomes one path segment or a part of one, whatever its characters. */
export function fillPath(path: string, params: Params): string {
  const [fault] = paramFaults(path, params);
  if (fault) throw invalidUrl(messages[fault.is](quoted(fault.name)));
  return path.replace(placeholder, (_, name: string) => encodeURIComponent(String(params[name])));
}

/** The path of a call, without its query: `path` below `base`, or the path of `base` itself. */
export function pathBelow(base: URL, path: string): string {
  const [own = ""] = splitAt(path, "?");
  return own === "" ? base.pathname : base.pathname.replace(/\/$/, "") + own;
}

/**
 * The URL of a call: `path` below `base`, or the path of `base` itself. Query parameters of the two are kept, unless `query` or
 * `defaults` has a field of the same name; null removes one.
 */
export function buildUrl(base: URL, path: string, params: Params, query: Query, defaults: Query = {}): URL {
  const [, ownQuery] = splitAt(path, "?");
  // Joined as strings, never resolved, because a path that starts with `//` must not name another host.
  const url = new URL(base.origin + fillPath(pathBelow(base, path), params));
  const own = [...base.searchParams, ...new URLSearchParams(ownQuery)];
  url.search = new URLSearchParams(mergeParameters(own, defaults, query)).toString();
  return url;
}

function splitAt(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
