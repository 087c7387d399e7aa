import type { ErrorGroup, ErrorPage } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords } from "./defaults.ts";
import type { CallOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import type { Time } from "./time.ts";
import type { Transport } from "./transport.ts";

export type ErrorPages = Pages<ErrorGroup, ErrorPage>;

/** Selects failures, over whole UTC days. Without a product and a default, those of all that the key has access to. */
export type ErrorQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * @default 24 hours before `to`
   * @example `"2030-01-01T00:00:00Z"`
   */
  from?: Time | undefined;
  /**
   * At most 31 days after `from`, the days of both included.
   * @default now
   * @example `"2030-01-31T00:00:00Z"`
   */
  to?: Time | undefined;
  /**
   * How many groups a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** What failed, grouped by cause. */
export interface ErrorGroups<C extends Catalog = Catalog> {
  /**
   * The groups of failures, the most frequent first: all of them with `for await`, the first page with `await`, or a page at a time
   * with `page`.
   *
   * @example
   * for await (const { code, message, count } of ductape.errors.list({ product_tag: "my-product" })) console.log(count, code, message);
   */
  list(query?: ErrorQuery<C>, options?: CallOptions): ErrorPages;
}

export const createErrorGroups = (transport: Transport, defaults: () => Defaults): ErrorGroups => ({
  list: (query = {}, { signal } = {}) =>
    pagesOf<ErrorGroup, ErrorPage>(transport, "errors", () => ({
      path: "/v1/errors",
      query: inOurWords(query, defaults()),
      signal,
    })),
});
