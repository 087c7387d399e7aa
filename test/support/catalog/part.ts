import type { ProductDefinition } from "../../../lambdas/consumers/types/define-product.ts";

/** What a product says about one job type: its events and their targets. */
export const part = <const P extends Partial<ProductDefinition>>(definition: P): P => definition;
