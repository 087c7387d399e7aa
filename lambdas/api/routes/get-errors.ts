import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { utcDayOf } from "../../core/job/failure-group.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { strict } from "../../core/kernel/schema.ts";
import { epochMs } from "../../core/kernel/start-time.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { type ErrorPosition, listErrors, mostErrorDays } from "../../core/queries/list-errors.ts";
import { ErrorListSchema } from "../../core/queries/schemas/errors.ts";
import { TenantParameters } from "../list-query.ts";
import { Cursor, Limit, parseQuery, QueryTime } from "../parse-query.ts";

const Query = strict({
  ...TenantParameters,
  from: QueryTime.transform(epochMs).optional().describe("Default: 24 hours before `to`."),
  to: QueryTime.transform(epochMs).optional().describe("Default: now. A later time also means now."),
  limit: Limit,
  cursor: Cursor.optional(),
});

const Position: z.ZodType<ErrorPosition> = z.strictObject({ count: z.int(), key: z.string() });

/** Returns what failed, grouped by cause, in pages. */
export async function handle(
  { catalog, failures, clock }: ApiServices,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { cursor, limit, ...where } = parseQuery(Query, query);
  const list = { errors: where };
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list);
  const days = daysOf(where, clock.now());
  const tenants = tenantsOf(catalog, scopes, where, "/query");
  const { errors, next } = await listErrors(failures, tenants, { ...days, limit, after });
  const window = { from: days.firstDay, to: days.lastDay + dayMs };
  return { status: 200, body: { ...window, errors, ...(next && { next_cursor: encodeCursor(next, list) }) } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List what failed, grouped by cause",
  description:
    "Groups the runs that failed for good by event, code, provider's code and normalised message, the most frequent group first. Covers whole UTC days, from the day of `from` to that of `to`, at most 31 days. A failed attempt that is followed by another one is not counted. Without `product_tag` or `env` it lists the failures of all products and envs that the key has access to.",
  query: Query,
  answers: { 200: { description: "A page of groups.", schema: ErrorListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});

type Days = { firstDay: number; lastDay: number };

function daysOf({ from, to }: { from?: number | undefined; to?: number | undefined }, now: number): Days {
  const end = Math.min(to ?? now, now);
  const start = from ?? end - dayMs;
  if (start > end) throw invalidPosition("must not be after `to` or in the future");
  const days = { firstDay: Math.max(0, utcDayOf(start)), lastDay: utcDayOf(end) };
  if ((days.lastDay - days.firstDay) / dayMs >= mostErrorDays)
    throw invalidPosition(`must be at most ${mostErrorDays - 1} UTC days before that of \`to\``);
  return days;
}

const invalidPosition = (detail: string) =>
  new RequestError("INVALID_REQUEST", "The query is not valid.", { faults: [{ pointer: "/query/from", detail }] });
