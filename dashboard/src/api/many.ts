import type { ProductSummary } from "./products.ts";

/** How many products and envs the API lists at once; a test compares it. */
export const listedTenants = 20;

/** Whether a list has to name one of these products: the API reads no more products and envs at once. */
export const areMany = (products: readonly ProductSummary[]): boolean =>
  products.reduce((sum, { envs }) => sum + envs.length, 0) > listedTenants;
