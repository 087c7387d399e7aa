import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import type { Services } from "../../core/operations/services.ts";
import { productSummary } from "../../core/queries/product-view.ts";
import { ProductListSchema } from "../../core/queries/schemas/product.ts";

/** Returns the products that the key has access to, with their events. The schemas of the inputs are in each product's own answer. */
export async function handle({ catalog }: Services, { scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", {});
  const products = catalog.products.flatMap((product) => productSummary(product, catalog.registry, scopes) ?? []);
  return { status: 200, body: { products } };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List the products that the key has access to",
  answers: { 200: { description: "The products and their events.", schema: ProductListSchema } },
  errors: [],
});
