import type * as z from "zod";
import type { Fault } from "./errors.ts";
import { findFaults } from "./find-faults.ts";
import { boundOf, deepestNesting, hasMoreFields, isRecord, mostValues } from "./json-values.ts";
import { RequestError } from "./request-error.ts";
import { requestLimits } from "./request-limits.ts";

/** Refuses a body of any depth and width that would cost too much to check. `free` is the field that may have any number of fields. */
export function refuseTooLarge(body: unknown, free: string): void {
  const bound = boundOf(body, { values: mostValues, levels: deepestNesting });
  if (bound === "levels") {
    throw invalidRequest([{ pointer: "", detail: `is nested deeper than ${deepestNesting} levels` }]);
  }
  if (bound === "values") {
    const detail = `has more than ${mostValues} values: send larger data as an upload, or as a string`;
    throw invalidRequest([{ pointer: `/${free}`, detail }]);
  }
  refuseManyFields(body, free);
}

/**
 * Refuses a request of which an object has very many fields: those of its schema are few, and to say of each other one that it is
 * unknown costs more than it helps. Bounds come before all that is kind to a caller. `free` may have any number.
 */
export function refuseManyFields(body: unknown, free?: string): void {
  const parts = Object.entries(isRecord(body) && !hasMoreFields(body, requestLimits.fields) ? body : {});
  const faults = [["", body] as const, ...parts.map(([name, part]) => [`/${name}`, name === free ? {} : part] as const)]
    .filter(([, part]) => hasMoreFields(part, requestLimits.fields))
    .map(([pointer]) => ({ pointer, detail: `has more than ${requestLimits.fields} fields` }));
  if (faults.length > 0) throw invalidRequest(faults);
}

/** Parses a request's body. Throws INVALID_REQUEST with every fault. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  refuseManyFields(body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidRequest(findFaults(schema, body).faults);
}

/** Parses an optional body: no body means the empty object. */
export const parseOptionalBody = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> =>
  parseBody(schema, body === undefined ? {} : body);

export const invalidRequest = (faults: Fault[]): RequestError =>
  new RequestError("INVALID_REQUEST", "The request is not valid; `errors` says what to change.", { faults });
