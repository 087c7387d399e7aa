import type { Webhook } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Selects webhooks. Without a product and a default, those of all products that the key has access to. */
export type WebhookQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>>;

/** Names a webhook: the product and the env, unless the client has them, and the name in the catalog. */
export type WebhookName<C extends Catalog = Catalog> = TenantOf<C> & { webhook: string };

/** The webhooks of the catalog. */
export interface Webhooks<C extends Catalog = Catalog> {
  /**
   * The webhooks with their states.
   *
   * @example
   * const disabled = (await ductape.webhooks.list()).filter(({ state }) => state === "disabled");
   */
  list(query?: WebhookQuery<C>, options?: CallOptions): Promise<Webhook[]>;
  /**
   * Lets a disabled webhook receive events again. Safe to repeat. The key needs `jobs:admin`. Rejects with a NotFoundError if the
   * catalog has no such webhook.
   *
   * @example
   * await ductape.webhooks.enable({ product_tag: "my-product", env: "prd", webhook: "orders" });
   */
  enable(name: WebhookName<C>, options?: ChangeOptions): Promise<Webhook>;
}

export const createWebhooks = (transport: Transport, defaults: () => Defaults): Webhooks => ({
  async list(query = {}, { signal } = {}) {
    const path = `/v1/webhooks${queryString(inOurWords(query, defaults()))}`;
    return expectFields<{ webhooks: Webhook[] }>(await transport.call({ method: "GET", path, signal }), "webhooks")
      .webhooks;
  },
  async enable(name, { signal, dry_run } = {}) {
    const whole = inOurWords(name, defaults());
    requireTenant("webhooks.enable", whole, ["product_tag", "env"]);
    const parts = [whole.product_tag, whole.env, whole.webhook].map((part) => encodeURIComponent(part ?? ""));
    if (typeof whole.webhook !== "string" || whole.webhook === "")
      throw new InvalidRequestError("INVALID_REQUEST", "webhooks.enable needs the name of a webhook.", []);
    const path = `/v1/webhooks/${parts.join("/")}/enable${queryString({ dry_run })}`;
    const answer = await transport.call({ method: "POST", path, signal, repeatable: true });
    return expectFields<Webhook>(answer, "webhook", "state");
  },
});
