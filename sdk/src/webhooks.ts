import type { Webhook, WebhookDelivery, WebhookDeliveryPage } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Selects webhooks. Without a product and a default, those of all products that the key has access to. */
export type WebhookQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>>;

/** Names a webhook: the product and the env, unless the client has them, and the name in the catalog. */
export type WebhookName<C extends Catalog = Catalog> = TenantOf<C> & { webhook: string };

/** Selects what was sent to one webhook. */
export type WebhookDeliveryQuery<C extends Catalog = Catalog> = WebhookName<C> & {
  /**
   * What came of them: one outcome, or several separated by commas. A page may be short although more follow: it then says how far it has
   * looked (`looked_back_to`).
   * @default any
   * @example `"failed"`
   */
  outcome?: WebhookDelivery["outcome"] | `${WebhookDelivery["outcome"]},${string}` | undefined;
  /**
   * How many deliveries a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** Names a delivery: its webhook, and its id. */
export type WebhookDeliveryName<C extends Catalog = Catalog> = WebhookName<C> & { id: string };

export type WebhookDeliveryPages = Pages<WebhookDelivery, WebhookDeliveryPage>;

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
  /**
   * What was sent to a webhook, the latest events first: all of it with `for await`, the first page with `await`, or a page at a time with
   * `page`. Rejects with a NotFoundError for a webhook that there is not.
   *
   * @example
   * for await (const { type, outcome, attempts } of ductape.webhooks.deliveries({ product_tag: "my-product", env: "prd", webhook: "orders" })) console.log(type, outcome, attempts.length);
   */
  deliveries(query: WebhookDeliveryQuery<C>, options?: CallOptions): WebhookDeliveryPages;
  /**
   * One delivery with its body, and with the last answer of the receiver if the key has `jobs:input`. Rejects with a NotFoundError for one
   * that there is not.
   *
   * @example
   * const { body, answer } = await ductape.webhooks.delivery({ product_tag: "my-product", env: "prd", webhook: "orders", id });
   */
  delivery(name: WebhookDeliveryName<C>, options?: CallOptions): Promise<WebhookDelivery>;
  /**
   * Has a delivery sent again, with the same body and `webhook-id`. Each call sends it once more. Rejects with a ConflictError if the
   * webhook is disabled. The key needs `jobs:write`.
   *
   * @example
   * await ductape.webhooks.resend({ product_tag: "my-product", env: "prd", webhook: "orders", id });
   */
  resend(name: WebhookDeliveryName<C>, options?: ChangeOptions): Promise<WebhookDelivery>;
}

export function createWebhooks(transport: Transport, defaults: () => Defaults): Webhooks {
  /** The path of a webhook, or with `deliveries` of what was sent to it. */
  const pathOf = (method: string, name: WebhookName & { id?: string }, needsId = false): string => {
    const whole = inOurWords<WebhookName & { id?: string }>(name, defaults());
    requireTenant(`webhooks.${method}`, whole, ["product_tag", "env"]);
    const { product_tag, env, webhook, id } = whole;
    if (typeof webhook !== "string" || webhook === "")
      throw new InvalidRequestError("INVALID_REQUEST", `webhooks.${method} needs the name of a webhook.`, []);
    if (needsId && (typeof id !== "string" || id === ""))
      throw new InvalidRequestError("INVALID_REQUEST", `webhooks.${method} needs the id of a delivery.`, []);
    const parts = [product_tag, env, webhook].map((part) => encodeURIComponent(part ?? ""));
    return `/v1/webhooks/${parts.join("/")}${needsId ? `/deliveries/${encodeURIComponent(id ?? "")}` : ""}`;
  };
  return {
    async list(query = {}, { signal } = {}) {
      const path = `/v1/webhooks${queryString(inOurWords(query, defaults()))}`;
      return expectFields<{ webhooks: Webhook[] }>(await transport.call({ method: "GET", path, signal }), "webhooks")
        .webhooks;
    },
    async enable(name, { signal, dry_run } = {}) {
      const path = `${pathOf("enable", name)}/enable${queryString({ dry_run })}`;
      const answer = await transport.call({ method: "POST", path, signal, repeatable: true });
      return expectFields<Webhook>(answer, "webhook", "state");
    },
    deliveries: (query, { signal } = {}) =>
      pagesOf<WebhookDelivery, WebhookDeliveryPage>(transport, "deliveries", () => ({
        path: `${pathOf("deliveries", query)}/deliveries`,
        query: { outcome: query.outcome, limit: query.limit },
        signal,
      })),
    async delivery(name, { signal } = {}) {
      const answer = await transport.call({ method: "GET", path: pathOf("delivery", name, true), signal });
      return expectFields<WebhookDelivery>(answer, "id", "outcome");
    },
    async resend(name, { signal, dry_run } = {}) {
      const path = `${pathOf("resend", name, true)}/resend${queryString({ dry_run })}`;
      const answer = await transport.call({ method: "POST", path, signal, repeatable: false });
      return expectFields<WebhookDelivery>(answer, "id", "outcome");
    },
  };
}
