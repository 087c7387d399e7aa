import { myProduct } from "./my-product.ts";

/** The catalog: one line a product. */
export const products = [myProduct] as const;
