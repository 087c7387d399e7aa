import { myProduct } from "./my-product.ts";

/** What the tests have in place of `products/`, so that no product added there changes what they see. */
export const products = [myProduct] as const;
