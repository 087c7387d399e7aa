import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import type { ChangeOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Names a cache tag of a product and env; the client's defaults fill in what is missing. */
export type CacheTag<C extends Catalog = Catalog> = TenantOf<C> & {
  /**
   * The `cache` of the requests whose results are to be forgotten.
   * @example `"prices"`
   */
  tag: string;
};

/** The results that are remembered for requests with a `cache` tag. */
export interface Cache<C extends Catalog = Catalog> {
  /**
   * Forgets all results of a tag: the next job with it is executed. Runs that are under way are not remembered either, nor those that
   * begin within 10 s. The jobs themselves keep their results. Safe to repeat. The key needs `jobs:write`. Rejects with a NotFoundError
   * for an unknown product or env.
   *
   * @example
   * await ductape.cache.clear({ product_tag: "my-product", env: "prd", tag: "prices" });
   */
  clear(tag: CacheTag<C>, options?: ChangeOptions): Promise<void>;
}

/** As the API has it: another one would be a different path, or none. */
const pattern = /^[A-Za-z0-9][A-Za-z0-9_.~-]{0,127}$/;
const rule = "must be 1 to 128 letters, digits and _ . ~ -, beginning with a letter or digit";

export const createCache = (transport: Transport, defaults: () => Defaults): Cache => ({
  async clear(request, { signal, dry_run } = {}) {
    const whole = inOurWords(request, defaults());
    requireTenant("cache.clear", whole, ["product_tag", "env"]);
    const { product_tag = "", env = "", tag } = whole;
    if (typeof tag !== "string" || !pattern.test(tag))
      throw new InvalidRequestError("INVALID_REQUEST", "The tag is not valid.", [{ pointer: "/tag", detail: rule }]);
    const path = ["/v1/cache", ...[product_tag, env, tag].map(encodeURIComponent)].join("/") + queryString({ dry_run });
    await transport.call({ method: "DELETE", path, signal, repeatable: true });
  },
});
