import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { products } from "./products.ts";

/** The products of the tests, seen as the entries of a deployment see the team's. */
export const catalog = makeCatalog(products as readonly unknown[] as readonly Product[], registry);
