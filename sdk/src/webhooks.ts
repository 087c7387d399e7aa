import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** A webhook of the catalog in one env. Times are epoch milliseconds. */
export interface Webhook {
  product_tag: string;
  env: string;
  /** Its name in the catalog. */
  webhook: string;
  /** The events that it receives. */
  events: (
    | "scheduled"
    | "started"
    | "completed"
    | "failed"
    | "cancelled"
    | "paused"
    | "resumed"
    | "retrying"
    | "waiting"
  )[];
  /** `failing`: the last attempt failed. `disabled`: it receives no events until it is enabled. */
  state: "enabled" | "failing" | "disabled";
  /** The number of failed attempts since the last successful one. */
  failures?: number;
  failing_since?: number;
  /** The code of the last one: `HTTP_<status>`, `TIMEOUT`, `CONNECTION_ERROR` or `CONFIGURATION_ERROR`. */
  last_failure?: string;
  disabled_at?: number;
  /** `gone`: it answered 410. `failing`: no delivery has succeeded for a day. */
  reason?: "gone" | "failing";
  /** The last failed attempts, the latest first, at most 10. `event` is what was to be delivered, such as `job.completed`. */
  recent_failures?: { at: number; event: string; job_id: string; code: string; attempt: number }[];
}

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
  enable(name: WebhookName<C>, options?: CallOptions): Promise<Webhook>;
}

export const createWebhooks = (transport: Transport, defaults: () => Defaults): Webhooks => ({
  async list(query = {}, { signal } = {}) {
    const path = `/v1/webhooks${queryString(inOurWords(query, defaults()))}`;
    return expectFields<{ webhooks: Webhook[] }>(await transport.call({ method: "GET", path, signal }), "webhooks")
      .webhooks;
  },
  async enable(name, { signal } = {}) {
    const whole = inOurWords(name, defaults());
    requireTenant("webhooks.enable", whole, ["product_tag", "env"]);
    const parts = [whole.product_tag, whole.env, whole.webhook].map((part) => encodeURIComponent(part ?? ""));
    if (typeof whole.webhook !== "string" || whole.webhook === "")
      throw new InvalidRequestError("INVALID_REQUEST", "webhooks.enable needs the name of a webhook.", []);
    const path = `/v1/webhooks/${parts.join("/")}/enable`;
    const answer = await transport.call({ method: "POST", path, signal, repeatable: true });
    return expectFields<Webhook>(answer, "webhook", "state");
  },
});
