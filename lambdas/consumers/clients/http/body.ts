import { JobError } from "../../../core/job/job-error.ts";
import type { BodyType } from "./auth-schema.ts";
import { quoted } from "./names.ts";

export interface EncodedBody {
  text: string;
  contentType: string;
}

const invalid = (message: string) => new JobError("VALIDATION_ERROR", message);

/** Encodes an input's body as it is sent. */
export function encodeBody(body: Record<string, unknown>, type: BodyType): EncodedBody {
  switch (type) {
    case "json":
      return { text: JSON.stringify(body), contentType: "application/json" };
    case "form":
      return { text: form(body).toString(), contentType: "application/x-www-form-urlencoded" };
    case "text":
      return { text: plain(body), contentType: "text/plain; charset=utf-8" };
  }
}

/** A list repeats its field; null omits it. */
function form(body: Record<string, unknown>): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "object") throw invalid(`The body field ${quoted(name)} does not fit into a form.`);
      fields.append(name, String(one));
    }
  }
  return fields;
}

function plain(body: Record<string, unknown>): string {
  const other = Object.keys(body).find((name) => name !== "text");
  if (other !== undefined) throw invalid(`The body is plain text: it has no field ${quoted(other)}, only "text".`);
  if (typeof body.text !== "string") throw invalid('The body is plain text: it needs the field "text", a string.');
  return body.text;
}
