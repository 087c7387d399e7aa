import type * as z from "zod";
import { refuseManyFields } from "./bounds.ts";
import { findFaults } from "./find-faults.ts";
import { invalidRequest } from "./request-error.ts";

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
