import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { hourOf } from "../../core/job/stats.ts";
import { defined } from "../../core/kernel/defined.ts";
import { hourMs } from "../../core/kernel/duration-ms.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { strict } from "../../core/kernel/schema.ts";
import { epochMs } from "../../core/kernel/start-time.ts";
import type { Services } from "../../core/operations/services.ts";
import { StatsSchema } from "../../core/queries/schemas/stats.ts";
import { statsOf, statsPartsOf } from "../../core/queries/stats-view.ts";
import { optionalNumber, parseQuery, QueryTime } from "../parse-query.ts";

const defaultWindowMs = 24 * hourMs;
/** Bounds the number of items that an answer reads: one per hour. */
export const longestWindowMs = 31 * 24 * hourMs;

const Query = strict({
  product_tag: z.string().min(1),
  env: z.string().min(1),
  event: z
    .string()
    .min(1)
    .optional()
    .describe("An event that has `trends` in the catalog, to count its runs only. Default: all events."),
  from: QueryTime.transform(epochMs).optional().describe("Default: 24 hours before `to`."),
  to: QueryTime.transform(epochMs).optional().describe("Default: now. A later time also means now."),
  part_hours: optionalNumber(longestWindowMs / hourMs).describe(
    "Cuts the window into parts of so many hours, counted from its start, for a chart. Default: none.",
  ),
});

/** Counts, rates and percentiles of one product and env, or of an event of it, over whole hours, from the hour of `from` to the hour of `to`. */
export async function handle({ stats, catalog, clock }: Services, request: HttpRequest): Promise<HttpResponse> {
  requireScope(request.scopes, "jobs:read", { product: request.query.product_tag, env: request.query.env });
  const query = parseQuery(Query, request.query);
  const { product_tag, env, event, part_hours } = query;
  const { from, to } = statsWindow(query, clock.now());
  catalog.tenant(product_tag, env);
  if (event !== undefined && !catalog.find(product_tag, env, event).event.trends) throw invalidQuery([notCounted]);
  const hours = await stats.read(product_tag, env, from, to, event);
  const parts = part_hours === undefined ? undefined : statsPartsOf(hours, { from, to, partMs: part_hours * hourMs });
  const figures = statsOf(hours.map(({ counts }) => counts));
  return {
    status: 200,
    body: { product_tag, env, ...defined({ event }), from, to, ...figures, ...defined({ parts }) },
  };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get statistics of a product, or of one of its events, in one env",
  description:
    "Covers whole hours, from the hour of `from` to the hour of `to`, at most 31 days. Percentiles are estimates.",
  query: Query,
  answers: { 200: { description: "Counts, rates and percentiles.", schema: StatsSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "EVENT_NOT_FOUND"],
});

const notCounted = {
  pointer: "/query/event",
  detail: "is not counted for itself: with `trends: true`, an event of the catalog is, from its deployment on",
};

function statsWindow({ from, to }: z.output<typeof Query>, now: number): { from: number; to: number } {
  const end = Math.min(to ?? now, now);
  const start = from ?? end - defaultWindowMs;
  if (start > end) throw invalidQuery([{ pointer: "/query/from", detail: "must not be after `to` or in the future" }]);
  if (end - start > longestWindowMs)
    throw invalidQuery([{ pointer: "/query/from", detail: "must be at most 31 days before `to`" }]);
  return { from: Math.max(0, hourOf(start)), to: hourOf(end) + hourMs };
}

const invalidQuery = (faults: { pointer: string; detail: string }[]) =>
  new RequestError("INVALID_REQUEST", "The query is not valid.", { faults });
