import * as z from "zod";
import { RequestError } from "../core/requests/request-error.ts";
import { requestLimits } from "../core/schema/request-limits.ts";
import { faultsOf } from "../core/schema/schema.ts";
import { Time } from "../core/schema/start-time.ts";

/** Parses a query string by a strict schema; faults are at `/query/<name>`, unknown names with the nearest known one. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: Record<string, string>): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new RequestError("INVALID_REQUEST", "The query is not valid.", { faults: faultsOf(parsed.error, ["query"]) });
}

/** How many entries a page has. The document says what a client means by it, which the query string has in digits. */
export const Limit = z
  .string()
  .refine(
    (text) => /^[1-9]\d*$/.test(text) && Number(text) <= requestLimits.page,
    `a whole number from 1 to ${requestLimits.page}`,
  )
  .meta({ type: "integer", minimum: 1, maximum: requestLimits.page, default: requestLimits.defaultPage })
  .transform(Number)
  .default(requestLimits.defaultPage);

export const Cursor = z.string().max(requestLimits.cursor);

/** Unix time is written in digits here. */
export const QueryTime = z.preprocess(
  (text) => (typeof text === "string" && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  Time,
);
