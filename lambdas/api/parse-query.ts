import * as z from "zod";
import { RequestError } from "../core/kernel/request-error.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { faultsOf } from "../core/kernel/schema.ts";
import { Time } from "../core/kernel/start-time.ts";

/** Parses a query string by a strict schema. Throws INVALID_REQUEST with the faults at `/query/<name>`. */
export function parseQuery<Schema extends z.ZodType>(
  schema: Schema,
  query: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new RequestError("INVALID_REQUEST", "The query is not valid.", { faults: faultsOf(parsed.error, ["query"]) });
}

const digits = (most: number) =>
  z.string().refine((text) => /^[1-9]\d*$/.test(text) && Number(text) <= most, `a whole number from 1 to ${most}`);
const asInteger = (most: number) => ({ type: "integer", minimum: 1, maximum: most }) as const;

/** A number from 1 to `most`: digits in the query string, an integer in the OpenAPI document. */
export const wholeNumberUpTo = (most: number, fallback: number) =>
  digits(most)
    .meta({ ...asInteger(most), default: fallback })
    .transform(Number)
    .default(fallback);

/** The same without a default. */
export const optionalNumber = (most: number) => digits(most).meta(asInteger(most)).transform(Number).optional();

/** The number of entries on a page. */
export const Limit = wholeNumberUpTo(requestLimits.page, requestLimits.defaultPage);

export const Cursor = z.string().max(requestLimits.cursor);

/** A `Time` in a query string, where Unix time arrives as digits. */
export const QueryTime = z.preprocess(
  (text) => (typeof text === "string" && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  Time,
);

/** `true` or `false` in the query string, a boolean in the OpenAPI document. */
export const YesOrNo = z
  .string()
  .refine((text) => text === "true" || text === "false", "true or false")
  .meta({ type: "boolean" })
  .transform((text) => text === "true");
