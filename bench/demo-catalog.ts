import { registry } from "../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../lambdas/core/catalog/catalog.ts";
import type { Product } from "../lambdas/core/catalog/job-type.ts";
import { myProduct } from "../products/my-product.ts";

/** The demo alone: each product costs queries of its own, and figures are to be the same whatever a team adds. */
export const catalog = makeCatalog([myProduct as unknown as Product], registry);
