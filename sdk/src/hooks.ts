import type { Hook, HookDelivery, HookDeliveryPage, Replay } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Selects hooks. Without a product and a default, those of all products that the key has access to. */
export type HookQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>>;

/** Names a hook: the product and the env, unless the client has them, and the name in the catalog. */
export type HookName<C extends Catalog = Catalog> = TenantOf<C> & { hook: string };

/** Selects the deliveries of one hook. */
export type HookDeliveryQuery<C extends Catalog = Catalog> = HookName<C> & {
  /**
   * What came of them: one outcome, or several separated by commas. A page may be short although more follow: it then says how far it has
   * looked (`looked_back_to`).
   * @default any
   * @example `"refused,failed"`
   */
  outcome?: HookDelivery["outcome"] | `${HookDelivery["outcome"]},${string}` | undefined;
  /**
   * How many deliveries a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** Names a delivery: its hook, and its id. */
export type HookDeliveryName<C extends Catalog = Catalog> = HookName<C> & { id: string };

export type HookDeliveryPages = Pages<HookDelivery, HookDeliveryPage>;

export interface ReplayOptions extends ChangeOptions {
  /**
   * Names this replay: a delivery makes one job for each.
   * @default all replays of a delivery are one
   * @example `"after the fix of monday"`
   */
  idempotency_key?: string | undefined;
}

/** The hooks of the catalog: where providers deliver, and what it becomes. */
export interface Hooks<C extends Catalog = Catalog> {
  /**
   * The hooks with their paths below the URL of the API.
   *
   * @example
   * const paths = (await ductape.hooks.list({ env: "prd" })).map(({ path }) => path);
   */
  list(query?: HookQuery<C>, options?: CallOptions): Promise<Hook[]>;
  /**
   * What a provider has delivered to a hook, the latest first: all of it with `for await`, the first page with `await`, or a page at a
   * time with `page`. Rejects with a NotFoundError for a hook that there is not.
   *
   * @example
   * for await (const { at, outcome, job_id } of ductape.hooks.deliveries({ product_tag: "my-product", env: "prd", hook: "payments" })) console.log(at, outcome, job_id);
   */
  deliveries(query: HookDeliveryQuery<C>, options?: CallOptions): HookDeliveryPages;
  /**
   * One delivery, with what was sent if the key has `jobs:input`. Rejects with a NotFoundError for one that there is not.
   *
   * @example
   * const { body } = await ductape.hooks.delivery({ product_tag: "my-product", env: "prd", hook: "payments", id });
   */
  delivery(name: HookDeliveryName<C>, options?: CallOptions): Promise<HookDelivery>;
  /**
   * Makes the job or the signal of a delivery again, by the catalog of now. Safe to repeat: it answers `duplicate` then. Rejects with an
   * InvalidRequestError for what the hook does not take, and with a ConflictError if what was sent is not kept. The key needs `jobs:write`.
   *
   * @example
   * const { outcome, job_id } = await ductape.hooks.replay({ product_tag: "my-product", env: "prd", hook: "payments", id });
   */
  replay(name: HookDeliveryName<C>, options?: ReplayOptions): Promise<Replay>;
}

export function createHooks(transport: Transport, defaults: () => Defaults): Hooks {
  /** The path of the deliveries of a hook, or of one of them. */
  const pathOf = (method: string, name: HookName, needsId: boolean): string => {
    const whole = inOurWords<HookName & { id?: string }>(name, defaults());
    requireTenant(`hooks.${method}`, whole, ["product_tag", "env"]);
    const { product_tag, env, hook, id } = whole;
    if (typeof hook !== "string" || hook === "")
      throw new InvalidRequestError("INVALID_REQUEST", `hooks.${method} needs the name of a hook.`, []);
    if (needsId && (typeof id !== "string" || id === ""))
      throw new InvalidRequestError("INVALID_REQUEST", `hooks.${method} needs the id of a delivery.`, []);
    const [product, place, named, one] = [product_tag, env, hook, id].map((part) => encodeURIComponent(part ?? ""));
    return `/v1/hooks/${product}/${place}/${named}/deliveries${needsId ? `/${one}` : ""}`;
  };
  return {
    async list(query = {}, { signal } = {}) {
      const path = `/v1/hooks${queryString(inOurWords(query, defaults()))}`;
      return expectFields<{ hooks: Hook[] }>(await transport.call({ method: "GET", path, signal }), "hooks").hooks;
    },
    deliveries: (query, { signal } = {}) =>
      pagesOf<HookDelivery, HookDeliveryPage>(transport, "deliveries", () => ({
        path: pathOf("deliveries", query, false),
        query: { outcome: query.outcome, limit: query.limit },
        signal,
      })),
    async delivery(name, { signal } = {}) {
      const answer = await transport.call({ method: "GET", path: pathOf("delivery", name, true), signal });
      return expectFields<HookDelivery>(answer, "id", "outcome");
    },
    async replay(name, { signal, dry_run, idempotency_key } = {}) {
      const path = `${pathOf("replay", name, true)}/replay${queryString({ dry_run })}`;
      const headers = idempotency_key === undefined ? {} : { "idempotency-key": idempotency_key };
      const answer = await transport.call({ method: "POST", path, signal, headers, repeatable: true });
      return expectFields<Replay>(answer, "delivery", "outcome");
    },
  };
}
