import * as z from "zod";
import { isPlain } from "../kernel/plain.ts";
import { Tag } from "../kernel/tag.ts";
import { isReference } from "./references.ts";

/** Why a value cannot be a variable or a constant: the first thing in it that JSON would change, or that is a credential. */
function faultIn(value: unknown, path: PropertyKey[]): { path: PropertyKey[]; message: string } | undefined {
  if (isReference(value)) {
    return { path, message: 'is a reference: a credential belongs into the `auth` of a target, as secret("name#key")' };
  }
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value))
    return undefined;
  if (typeof value !== "object" || !(Array.isArray(value) || isPlain(value))) {
    return { path, message: "must be a JSON value: a string, a number, true or false, null, a list or an object" };
  }
  for (const [key, part] of Object.entries(value)) {
    const fault = faultIn(part, [...path, Array.isArray(value) ? Number(key) : key]);
    if (fault) return fault;
  }
  return undefined;
}

const Value = z.unknown().superRefine((value, context) => {
  const fault = faultIn(value, []);
  if (fault) context.addIssue({ code: "custom", ...fault });
});

/** What `$Constant{name}` stands for, and what `$Variable{name}` stands for in one env. */
export const Values = z.record(Tag, Value);
