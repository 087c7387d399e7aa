import { httpRoute } from "../../aws/http-api.ts";
import { RequestError } from "../../core/errors.ts";
import { productView } from "../../core/product-view.ts";
import { requireScope } from "../../core/scopes.ts";
import type { Services } from "../../core/services.ts";

/** One product of the catalog, with the JSON Schema of each event's input. */
export const getProduct = httpRoute<Services>("GET", "/v1/products/{tag}", async ({ catalog }, { params, scopes }) => {
  const { tag = "" } = params;
  requireScope(scopes, "jobs:read", { product: tag });
  const view = productView(catalog.product(tag, ""), catalog, scopes);
  if (!view) throw new RequestError("FORBIDDEN", "This API key reaches none of the product's envs.");
  return { status: 200, body: view };
});
