import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { listedTenantsOf, type Tenant } from "../../core/access/tenants.ts";
import type { Catalog } from "../../core/catalog/catalog.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { didYouMean, strict } from "../../core/kernel/schema.ts";
import { longestTag } from "../../core/kernel/tag.ts";
import type { Services } from "../../core/operations/services.ts";
import { forecast, hoursAhead } from "../../core/queries/read-forecast.ts";
import { ForecastSchema } from "../../core/queries/schemas/forecast.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery, wholeNumberUpTo } from "../parse-query.ts";

const Query = strict({
  ...TenantParameters,
  hours: wholeNumberUpTo(hoursAhead.most, hoursAhead.default).describe(
    "How many hours to look ahead, with the current one.",
  ),
  limit: z.string().min(1).max(longestTag).optional().describe("Only the lines of the limit of this name."),
});

/** Returns what is due in the next hours, and the lines that it makes at limits. */
export async function handle(services: Services, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { hours, limit, ...where } = parseQuery(Query, query);
  const tenants = listedTenantsOf(services.catalog, scopes, where, "/query");
  if (limit !== undefined) requireLimit(services.catalog, tenants, limit);
  return { status: 200, body: await forecast(services, { tenants, hours, limit }) };
}

/** Throws LIMIT_NOT_FOUND where none of these products has such a limit. */
function requireLimit({ products }: Catalog, tenants: readonly Tenant[], name: string): void {
  const asked = products.filter(({ tag }) => tenants.some(({ product }) => product === tag));
  const names = [...new Set(asked.flatMap(({ limits = {} }) => Object.keys(limits)))];
  if (names.includes(name)) return;
  const text = `No product that was asked for has such a limit.${didYouMean(name, names)}`;
  throw new RequestError("LIMIT_NOT_FOUND", text, { faults: [{ pointer: "/query/limit", detail: text }] });
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Forecast what is due in the next hours, and the lines that it makes",
  description:
    "Counts starts by hour and event: those of jobs, and each run of a series. For each limit it plays its line through: how long it gets, when it is empty again, and the numbers at which nobody would wait. Retries and jobs that are still to be scheduled are not known. At most 10,000 jobs are read; `is_complete` says whether that was all. Without `product_tag` or `env` it is about all products and envs that the key has access to, if those are at most 20.",
  query: Query,
  answers: { 200: { description: "The forecast.", schema: ForecastSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "LIMIT_NOT_FOUND"],
});
