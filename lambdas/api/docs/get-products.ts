import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { ProductListSchema } from "../../core/queries/schemas/product.ts";

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List the products that the key has access to",
  answers: { 200: { description: "The products and their events.", schema: ProductListSchema() } },
  errors: [],
});
