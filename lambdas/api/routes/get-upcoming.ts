import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { UpcomingSchema } from "../../core/queries/schemas/upcoming.ts";
import { upcoming } from "../../core/queries/upcoming.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery, wholeNumberUpTo } from "../parse-query.ts";

const Query = strict({
  ...TenantParameters,
  minutes: wholeNumberUpTo(requestLimits.minutesAhead, 60).describe("How many minutes to count, with the current one."),
});

/** Counts the pending jobs that are due in each of the next minutes. */
export async function handle(
  { catalog, jobs, dueCounts, hot, clock }: Services,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { minutes, ...where } = parseQuery(Query, query);
  const tenants = tenantsOf(catalog, scopes, where, "/query");
  return { status: 200, body: await upcoming({ jobs, dueCounts, hot }, tenants, { now: clock.now(), minutes }) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Count the jobs that are due in the next minutes",
  description:
    "Counts pending jobs by the minute in which they are due, without those that are due already and those that are paused. A recurring job counts once, with its next run. A feature that waits between two steps counts at the time of its next check. Without `product_tag` or `env` it counts the jobs of all products and envs that the key has access to. At most 10,000 jobs are counted.",
  query: Query,
  answers: { 200: { description: "A count per minute.", schema: UpcomingSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
