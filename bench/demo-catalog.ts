import { registry } from "../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../lambdas/core/catalog/catalog.ts";
import type { Product } from "../lambdas/core/catalog/job-type.ts";
import { myProduct } from "../products/my-product.ts";

const { alerts: _alerts, receivers: _receivers, ...plain } = myProduct as unknown as Product;

/**
 * The demo alone: each product costs queries of its own, and figures are to be the same whatever a team adds. Without its alerts, which not
 * every catalog has.
 */
export const catalog = makeCatalog([plain], registry);
