import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { endpointsOf } from "../../core/catalog/webhook.ts";
import { inParallel, readsAtOnce } from "../../core/kernel/in-parallel.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { WebhookListSchema } from "../../core/queries/schemas/webhooks.ts";
import { webhookView } from "../../core/queries/webhook-view.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";

const Query = strict(TenantParameters);

/** Returns the webhook endpoints of the catalog that the key has access to, with their states. */
export async function handle(
  { catalog, endpoints }: ApiServices,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const tenants = tenantsOf(catalog, scopes, parseQuery(Query, query), "/query");
  const shown = endpointsOf(catalog.products).filter((endpoint) =>
    tenants.some(({ product, env }) => product === endpoint.product && env === endpoint.env),
  );
  const webhooks = await inParallel(readsAtOnce, shown, async (endpoint) =>
    webhookView(endpoint, await endpoints.get(endpoint)),
  );
  return { status: 200, body: { webhooks } };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List webhook endpoints with their states",
  description:
    "Lists the endpoints in the order of the catalog, with the last attempts that failed, but without URLs and secrets. Without `product_tag` or `env` it lists those of all products and envs that the key has access to.",
  query: Query,
  answers: { 200: { description: "The endpoints.", schema: WebhookListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
