import { httpRoute } from "../../aws/http/http-api.ts";
import { requireScope } from "../../core/access/scopes.ts";
import type { Services } from "../../core/operations/services.ts";
import { productView } from "../../core/queries/product-view.ts";
import { RequestError } from "../../core/requests/request-error.ts";
import { ProductSchema } from "../schemas/product.ts";

/** One product of the catalog, with the JSON Schema of each event's input. */
export const getProduct = httpRoute<Services>(
  "GET",
  "/v1/products/{tag}",
  async ({ catalog }, { params, scopes }) => {
    const { tag = "" } = params;
    requireScope(scopes, "jobs:read", { product: tag });
    const view = productView(catalog.product(tag, ""), catalog, scopes);
    if (!view) throw new RequestError("FORBIDDEN", "This API key reaches none of the product's envs.");
    return { status: 200, body: view };
  },
  {
    doc: () => ({
      id: "getProduct",
      tag: "catalog",
      summary: "Look at a product, with the schema of each event's input",
      scope: "jobs:read",
      answers: { 200: { description: "The product.", schema: ProductSchema() } },
      errors: ["PRODUCT_NOT_FOUND"],
    }),
  },
);
