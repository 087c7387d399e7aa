import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { home } from "../../core/queries/home.ts";
import { HomeSchema } from "../../core/queries/schemas/home.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";

const Query = strict(TenantParameters);

/** Returns what needs attention: late jobs, open incidents and pauses. */
export async function handle(services: ApiServices, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const tenants = tenantsOf(services.catalog, scopes, parseQuery(Query, query), "/query");
  return { status: 200, body: await home(services, tenants) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "See what needs attention",
  description:
    "Which products and envs have late jobs, by what the reconciler found in its last round, which incidents are open, and what is paused. Without `product_tag` or `env` it is about all that the key has access to: the reads do not grow with their number.",
  query: Query,
  answers: { 200: { description: "What needs attention.", schema: HomeSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
