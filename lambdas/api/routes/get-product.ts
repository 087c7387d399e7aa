import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import type { Services } from "../../core/operations/services.ts";
import { productView } from "../../core/queries/product-view.ts";
import { ProductSchema } from "../../core/queries/schemas/product.ts";

/** Returns one product of the catalog, with the JSON Schema of each event's input. */
export async function handle({ catalog }: Services, { params, scopes }: HttpRequest): Promise<HttpResponse> {
  const { tag = "" } = params;
  requireScope(scopes, "jobs:read", { product: tag });
  const view = productView(catalog.product(tag, ""), catalog, scopes);
  if (!view) throw new RequestError("FORBIDDEN", "This API key has no access to any env of this product.");
  return { status: 200, body: view };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Get a product, with the JSON Schema of each event's input",
  answers: { 200: { description: "The product.", schema: ProductSchema } },
  errors: ["PRODUCT_NOT_FOUND"],
});
