import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import type { Services } from "../../core/operations/services.ts";
import { productSummary } from "../../core/queries/product-view.ts";
import { ProductListSchema } from "../../core/queries/schemas/product.ts";

/** The products that the key reaches, with their events; one product's answer has the schemas of their inputs too. */
export async function handle({ catalog }: Services, { scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", {});
  const products = catalog.products.flatMap((product) => productSummary(product, catalog.registry, scopes) ?? []);
  return { status: 200, body: { products } };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List the products that the key reaches",
  answers: { 200: { description: "The products and their events.", schema: ProductListSchema() } },
  errors: [],
});
