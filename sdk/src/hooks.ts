import type { Hook } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords } from "./defaults.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Selects hooks. Without a product and a default, those of all products that the key has access to. */
export type HookQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>>;

/** The hooks of the catalog: where providers deliver, and what it becomes. */
export interface Hooks<C extends Catalog = Catalog> {
  /**
   * The hooks with their paths below the URL of the API.
   *
   * @example
   * const paths = (await ductape.hooks.list({ env: "prd" })).map(({ path }) => path);
   */
  list(query?: HookQuery<C>, options?: CallOptions): Promise<Hook[]>;
}

export const createHooks = (transport: Transport, defaults: () => Defaults): Hooks => ({
  async list(query = {}, { signal } = {}) {
    const path = `/v1/hooks${queryString(inOurWords(query, defaults()))}`;
    return expectFields<{ hooks: Hook[] }>(await transport.call({ method: "GET", path, signal }), "hooks").hooks;
  },
});
