import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { listedTenantsOf } from "../../core/access/tenants.ts";
import { jobStatuses } from "../../core/kernel/job-status.ts";
import { strict } from "../../core/kernel/schema.ts";
import { searchedShown } from "../../core/operations/list-jobs.ts";
import type { Services } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { listSeries, seriesOfPage } from "../../core/queries/list-series.ts";
import { SeriesListSchema } from "../../core/queries/schemas/series.ts";
import { oneOrMore, Position, TenantParameters } from "../list-query.ts";
import { Cursor, parseQuery, wholeNumberUpTo } from "../parse-query.ts";

const Query = strict({
  ...TenantParameters,
  status: oneOrMore(jobStatuses).optional().describe("Default: every status but the final ones."),
  limit: wholeNumberUpTo(seriesOfPage, seriesOfPage),
  cursor: Cursor.optional(),
});

/** Returns recurring jobs with their last and next runs, in pages. */
export async function handle(
  { catalog, jobs, pauses, clock }: Services,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { cursor, limit, ...where } = parseQuery(Query, query);
  const list = { series: where };
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list);
  const tenants = listedTenantsOf(catalog, scopes, where, "/query");
  const { series, ...listed } = await listSeries(
    { jobs, catalog },
    tenants,
    { status: where.status, limit, after },
    clock.now(),
    await pauses.recent(),
  );
  const { next } = listed;
  return {
    status: 200,
    body: { series, ...(next && { next_cursor: encodeCursor(next, list) }), ...searchedShown(listed) },
  };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List recurring jobs with their runs",
  description:
    "Lists the series that run next first, then the paused ones; series that have ended only if `status` asks for them, the latest first. Without `product_tag` or `env` it lists the series of all products and envs that the key has access to, if those are at most 20. A page may be short or even empty although more pages follow: go on while there is a `next_cursor`.",
  query: Query,
  answers: { 200: { description: "A page of series.", schema: SeriesListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
