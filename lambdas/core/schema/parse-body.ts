import type * as z from "zod";
import type { Fault } from "../errors.ts";
import { RequestError } from "../requests/request-error.ts";
import { findFaults } from "./find-faults.ts";

/** Parses a request's body. Throws INVALID_REQUEST with every fault. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidRequest(findFaults(schema, body).faults);
}

/** Parses an optional body: no body means the empty object. */
export const parseOptionalBody = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> =>
  parseBody(schema, body === undefined ? {} : body);

export const invalidRequest = (faults: Fault[]): RequestError =>
  new RequestError("INVALID_REQUEST", "The request is not valid; `errors` says what to change.", { faults });
