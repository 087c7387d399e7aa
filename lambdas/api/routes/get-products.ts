import { httpRoute } from "../../aws/http-api.ts";
import { productSummary } from "../../core/product-view.ts";
import { requireScope } from "../../core/scopes.ts";
import type { Services } from "../../core/services.ts";

/** The products that the key reaches, with their events; one product's answer has the schemas of their inputs too. */
export const getProducts = httpRoute<Services>("GET", "/v1/products", async ({ catalog }, { scopes }) => {
  requireScope(scopes, "jobs:read", {});
  const products = catalog.products.flatMap((product) => productSummary(product, catalog.registry, scopes) ?? []);
  return { status: 200, body: { products } };
});
