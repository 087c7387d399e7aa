import { myProduct } from "./my-product.ts";

/** The catalog: one line per product. */
export const products = [myProduct] as const;
