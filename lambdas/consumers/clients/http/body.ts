import { JobError } from "../../../core/job/job-error.ts";
import type { BodyType } from "./auth-schema.ts";
import { quoted } from "./names.ts";

/** A list is for JSON only. */
export type Body = Record<string, unknown> | unknown[];

/**
 * The body of a call. A field of the input replaces the default as a whole, so that the input's value is sent unchanged; so does
 * a list. Spreading defines fields and never runs a setter, so a field called `__proto__` stays a field.
 */
export function mergedBody(defaults: Body | undefined, input: Body | undefined): Body | undefined {
  if (defaults === undefined || input === undefined) return input ?? defaults;
  return Array.isArray(defaults) || Array.isArray(input) ? input : { ...defaults, ...input };
}

interface EncodedBody {
  text: string;
  contentType: string;
}

const invalidInput = (message: string) => new JobError("VALIDATION_ERROR", message);

/** Encodes an input's body for sending. */
export function encodeBody(body: Body, type: BodyType): EncodedBody {
  if (type === "json") return { text: JSON.stringify(body), contentType: "application/json" };
  if (Array.isArray(body)) throw invalidInput("The body is a list, which is sent as JSON only.");
  switch (type) {
    case "form":
      return { text: form(body).toString(), contentType: "application/x-www-form-urlencoded" };
    case "text":
      return { text: plainTextIn(body), contentType: "text/plain; charset=utf-8" };
  }
}

/** A list repeats its field; null omits it. */
function form(body: Record<string, unknown>): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "object") throw invalidInput(`The body field ${quoted(name)} does not fit into a form.`);
      fields.append(name, String(one));
    }
  }
  return fields;
}

function plainTextIn(body: Record<string, unknown>): string {
  const other = Object.keys(body).find((name) => name !== "text");
  if (other !== undefined) throw invalidInput(`The body is plain text: it has no field ${quoted(other)}, only "text".`);
  if (typeof body.text !== "string") throw invalidInput('The body is plain text: it needs the field "text", a string.');
  return body.text;
}
