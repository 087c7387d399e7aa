import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { allHooks } from "../../core/catalog/hooks.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { hookView } from "../../core/queries/hook-view.ts";
import { HookListSchema } from "../../core/queries/schemas/hooks.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";

const Query = strict(TenantParameters);

/** Returns the hooks of the catalog that the key has access to, with their addresses. */
export async function handle({ catalog }: ApiServices, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const tenants = tenantsOf(catalog, scopes, parseQuery(Query, query), "/query");
  const shown = allHooks(catalog.products).filter((found) =>
    tenants.some(({ product, env }) => product === found.product.tag && env === found.env),
  );
  return { status: 200, body: { hooks: shown.map(hookView) } };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List hooks with their addresses",
  description: "Lists to which paths providers deliver. The jobs of a hook have its `label`.",
  query: Query,
  answers: { 200: { description: "The hooks.", schema: HookListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
