import { httpRoute } from "../../aws/http/http-api.ts";
import { requireScope } from "../../core/access/scopes.ts";
import type { Services } from "../../core/operations/services.ts";
import { productSummary } from "../../core/queries/product-view.ts";
import { ProductListSchema } from "../schemas/product.ts";

/** The products that the key reaches, with their events; one product's answer has the schemas of their inputs too. */
export const getProducts = httpRoute<Services>(
  "GET",
  "/v1/products",
  async ({ catalog }, { scopes }) => {
    requireScope(scopes, "jobs:read", {});
    const products = catalog.products.flatMap((product) => productSummary(product, catalog.registry, scopes) ?? []);
    return { status: 200, body: { products } };
  },
  {
    doc: () => ({
      id: "listProducts",
      tag: "catalog",
      summary: "List the products that the key reaches",
      scope: "jobs:read",
      answers: { 200: { description: "The products and their events.", schema: ProductListSchema() } },
      errors: [],
    }),
  },
);
