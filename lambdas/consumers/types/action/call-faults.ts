import { isReference, type TextOrReference } from "../../../core/catalog/references.ts";
import type { Fault } from "../../../core/errors.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { didYouMean, jsonPointer } from "../../../core/schema/schema.ts";
import { httpUrl } from "../../../core/schema/url.ts";
import { encodeBody } from "../../clients/http/body.ts";
import { headerFault } from "../../clients/http/headers.ts";
import { type ParamFault, paramFaults, paramsOf, pathBelow } from "../../clients/http/url.ts";
import type { ActionInput } from "./input.ts";
import type { BodyType } from "./target.ts";

/** A call as far as the catalog says it when a job is requested: a base behind a reference is not known then. */
export interface KnownCall {
  method: string;
  base: TextOrReference;
  path: string;
  bodyType?: BodyType | undefined;
  defaults?: ActionInput | undefined;
}

/** What is wrong with an input for a call that would fail for it; pointers begin with `at`. */
export const callFaults = (call: KnownCall, input: ActionInput, at: readonly string[]): Fault[] =>
  [...paramsFaults(call, input), ...headersFaults(input), ...bodyFaults(call, input)].map(({ path, detail }) => ({
    pointer: jsonPointer([...at, ...path]),
    detail,
  }));

interface Found {
  path: string[];
  detail: string;
}

const details: Record<ParamFault["is"], string> = {
  missing: "is required: the path has it",
  unused: "is not in the path.",
  dots: 'must not be empty, "." or ".."',
  malformed: "is not well-formed Unicode",
};

function paramsFaults({ base, path, defaults }: KnownCall, input: ActionInput): Found[] {
  const url = isReference(base) ? undefined : httpUrl(base);
  const whole = url ? pathBelow(url, path) : path;
  return paramFaults(whole, { ...defaults?.params, ...input.params })
    .filter(({ is }) => url !== undefined || is !== "unused")
    .map(({ name, is }) => ({
      path: ["params", name],
      detail: details[is] + (is === "unused" ? didYouMean(name, paramsOf(whole)) : ""),
    }));
}

const headersFaults = ({ headers = {} }: ActionInput): Found[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    const detail = headerFault(name, String(value));
    return detail === undefined ? [] : [{ path: ["headers", name], detail }];
  });

function bodyFaults({ method, bodyType = "json", defaults }: KnownCall, { body }: ActionInput): Found[] {
  if (method === "GET") return body === undefined ? [] : [{ path: ["body"], detail: "a GET request has no body" }];
  if (bodyType === "json" || (body ?? defaults?.body) === undefined) return [];
  try {
    encodeBody({ ...defaults?.body, ...body }, bodyType);
    return [];
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    return [{ path: ["body"], detail: error.message }];
  }
}
