import { defineQuery } from "./define-query.ts";
import { request } from "./request.ts";
import { usePoll } from "./use-poll.ts";

/** An event as the list of products shows it. `target` is the catalog entry that it runs. */
export interface ProductEvent {
  tag: string;
  type: string;
  retries: number;
  timeout_ms: number;
  target: string;
  /** Whether its runs have statistics for themselves. */
  trends?: boolean;
}

export interface ProductSummary {
  tag: string;
  name?: string;
  envs: string[];
  events: ProductEvent[];
}

const products = defineQuery("products", () => request<{ products: ProductSummary[] }>("/v1/products"));

/** The products that the key reaches, and why they are not known. */
export const useProductsQuery = () => usePoll(products(), { once: true });

/** The products that the key reaches; undefined until they are known. */
export const useProducts = (): ProductSummary[] | undefined => useProductsQuery().data?.products;
