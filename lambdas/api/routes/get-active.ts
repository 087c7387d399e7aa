import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { active } from "../../core/queries/active.ts";
import { ActiveSchema } from "../../core/queries/schemas/active.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";

const Query = strict(TenantParameters);

/** Returns which products and envs have had jobs lately. */
export async function handle({ catalog, stats }: Services, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const tenants = tenantsOf(catalog, scopes, parseQuery(Query, query), "/query");
  return { status: 200, body: await active(stats, tenants) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List the products and envs that have had jobs lately",
  description:
    "By the counters of statistics, so a job is seen some seconds after it was scheduled. It costs much less than a list of jobs, for callers that only want to know whether there is any. Without `product_tag` or `env` it lists all products and envs that the key has access to.",
  query: Query,
  answers: { 200: { description: "The products and envs.", schema: ActiveSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
