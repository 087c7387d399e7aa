import * as z from "zod";
import type { HttpRequest } from "../aws/http/route.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { faultsOf, strict } from "../core/kernel/schema.ts";
import { Time } from "../core/kernel/start-time.ts";
import { longestWaitSeconds } from "../core/operations/api-limits.ts";

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

const then =
  `to ${longestWaitSeconds}. The answer comes as soon as the job has finished, or after this time. It comes at once if the job ` +
  "cannot finish in time because it is not due, is paused, or recurs beyond it";
export const WaitQuery = strict({
  wait: z
    .string()
    .refine((text) => /^\d{1,2}$/.test(text) && Number(text) <= longestWaitSeconds, {
      error: `a whole number of seconds from 0 to ${longestWaitSeconds}`,
    })
    .meta({ type: "integer", minimum: 0, maximum: longestWaitSeconds })
    .optional()
    .describe(`Seconds to wait for the job to finish, 0 ${then}.`),
});
export const PreferHeader = z.object({
  Prefer: z.string().optional().describe(`\`wait=N\` (RFC 7240): seconds to wait for the job to finish, 1 ${then}.`),
});

/**
 * A preference (RFC 7240, section 2): a name with an optional value and parameters. A quoted value may contain commas. Blanks are taken by one
 * part each, since a header may have thousands of them.
 */
const preference = /(?:^|,)\s*([\w-]+)(?:\s*=(?:\s*"([^"]*)"|\s*([^\s,;"]+))?)?(?:\s*;(?:"[^"]*"|[^,"])*|\s*)(?=,|$)/g;

/** The whole seconds of the first `wait` in a Prefer header; 0 if there is no valid one. */
function preferredSeconds(header: string): number {
  const wait = [...header.matchAll(preference)].find(([, name]) => name?.toLowerCase() === "wait");
  const value = wait?.[2] ?? wait?.[3] ?? "";
  return /^\d+$/.test(value) ? Math.min(longestWaitSeconds, Number(value)) : 0;
}

export interface Wait {
  seconds: number;
  /** Tells the caller that the preference was applied. */
  headers: { "preference-applied"?: string };
}

export const noWait: Wait = { seconds: 0, headers: {} };

/**
 * The seconds that a caller asks to wait: `?wait=N`, which must be 0 to 25, or `Prefer: wait=N` (RFC 7240, section 4.3), which
 * is a preference: it is capped at 25, and ignored if it is invalid. `most` is the limit of the deployment.
 */
export function requestedWait(
  { query, headers }: Pick<HttpRequest, "query" | "headers">,
  most = longestWaitSeconds,
): Wait {
  const { wait } = parseQuery(WaitQuery, query);
  if (wait !== undefined) return { seconds: Math.min(most, Number(wait)), headers: {} };
  const seconds = headers.prefer === undefined ? 0 : Math.min(most, preferredSeconds(headers.prefer));
  return { seconds, headers: seconds > 0 ? { "preference-applied": `wait=${seconds}` } : {} };
}
