import { shop } from "./shop.ts";

/** The catalog: everything that your jobs can run. Add a line per product. */
export const products = [shop];
