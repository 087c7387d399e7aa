import { myProduct } from "./my-product.ts";

/** Replaces `products/` in the tests, so that a product added there changes nothing that they see. */
export const products = [myProduct] as const;
