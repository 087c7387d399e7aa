import type { Product } from "../../../lambdas/core/catalog/job-type.ts";

/** What `#catalog` names in the package: a deployment and a local system put a team's own catalog in its place. */
export const products: readonly Product[] = [];
