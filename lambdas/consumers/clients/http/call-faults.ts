import { isReference, type TextOrReference } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { type Fields, fieldsFaults, withoutRequired } from "../../../core/kernel/fields.ts";
import { didYouMean, firstFaults, jsonPointer, mostHints } from "../../../core/kernel/schema.ts";
import { httpUrl } from "../../../core/kernel/url.ts";
import type { BodyType } from "./auth-schema.ts";
import { encodeBody, mergedBody } from "./body.ts";
import type { CallInput } from "./call-input.ts";
import { headerFault } from "./headers.ts";
import { type ParamFault, paramFaults, paramsOf, pathBelow } from "./url.ts";

/** What is known of a call when a job is requested: everything but a base URL behind a reference. */
interface KnownCall {
  method: string;
  base: TextOrReference;
  path: string;
  bodyType?: BodyType | undefined;
  defaults?: CallInput | undefined;
  /** What the body must be, beside what the defaults add to it. Default: anything. */
  body?: Fields | undefined;
}

/** The faults of an input for which the call would fail; pointers begin with `at`. */
export const callFaults = (call: KnownCall, input: CallInput, at: readonly string[]): Fault[] => [
  ...[...paramsFaults(call, input), ...headersFaults(input), ...callBodyFaults(call, input)].map(
    ({ path, detail }) => ({
      pointer: jsonPointer([...at, ...path]),
      detail,
    }),
  ),
  ...requiredFieldFaults(call, input, at),
];

interface FoundInput {
  path: string[];
  detail: string;
}

const details: Record<ParamFault["is"], string> = {
  missing: "is required: the path has it",
  unused: "is not in the path.",
  dots: 'must not be empty, "." or ".."',
  malformed: "is not well-formed Unicode",
};

function paramsFaults({ base, path, defaults }: KnownCall, input: CallInput): FoundInput[] {
  const url = isReference(base) ? undefined : httpUrl(base);
  const whole = url ? pathBelow(url, path) : path;
  const known = paramsOf(whole);
  const found = paramFaults(whole, { ...defaults?.params, ...input.params });
  const faults = found.filter(({ is }) => url !== undefined || is !== "unused");
  return firstFaults(faults, ({ name, is }, i) => [
    { path: ["params", name], detail: details[is] + (is === "unused" && i < mostHints ? didYouMean(name, known) : "") },
  ]);
}

const headersFaults = (input: CallInput): FoundInput[] => [...valuesFaults(input), ...repeatedHeaders(input)];

/** Names of headers are the same in any case: of two values under one name, one would be lost. */
function repeatedHeaders({ headers = {} }: CallInput): FoundInput[] {
  const values = new Map<string, string>();
  return firstFaults(Object.entries(headers), ([name, value]) => {
    const text = JSON.stringify(value);
    const before = values.get(name.toLowerCase());
    if (before === undefined) values.set(name.toLowerCase(), text);
    const detail = "is given twice, and in another case with another value: names of headers are the same in any case";
    return before === undefined || before === text ? [] : [{ path: ["headers", name], detail }];
  });
}

const valuesFaults = ({ headers = {} }: CallInput): FoundInput[] =>
  firstFaults(Object.entries(headers), ([name, value]) => {
    const found = (text: string, ...at: string[]) => {
      const detail = headerFault(name, text);
      return detail === undefined ? [] : [{ path: ["headers", name, ...at], detail }];
    };
    if (!Array.isArray(value)) return found(String(value));
    const ofName = found("");
    return ofName.length > 0 ? ofName : firstFaults(value, (one, i) => found(String(one), String(i)));
  });

/** What the catalog says of the body. A value of the defaults may be an expression, so it is not checked. */
function requiredFieldFaults(
  { method, body: fields, defaults }: KnownCall,
  { body = {} }: CallInput,
  at: readonly string[],
): Fault[] {
  if (!fields || method === "GET") return [];
  const place = [...at, "body"];
  if (Array.isArray(body))
    return [{ pointer: jsonPointer(place), detail: "must be an object with the fields of the action" }];
  return fieldsFaults(withoutRequired(fields, defaults?.body), body, place);
}

function callBodyFaults({ method, bodyType = "json", defaults }: KnownCall, { body }: CallInput): FoundInput[] {
  if (method === "GET") return body === undefined ? [] : [{ path: ["body"], detail: "a GET request has no body" }];
  const whole = mergedBody(defaults?.body, body);
  if (bodyType === "json" || whole === undefined) return [];
  try {
    encodeBody(whole, bodyType);
    return [];
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return [{ path: ["body"], detail: error.message }];
  }
}
