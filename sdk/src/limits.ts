import type { Limit } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { LimitPin } from "./requests.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

/** Selects limits. Without a product and a default, those of all products that the key has access to. */
export type LimitQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /** Only the limit of this name. */
  name?: string | undefined;
  /** A key whose gate is shown although no job waits there. */
  key?: string | undefined;
};

/** Names a limit: the product and the env, unless the client has them, and the name in the catalog. */
export type LimitName<C extends Catalog = Catalog> = TenantOf<C> & { name: string };

/** The limits of the catalog. */
export interface Limits<C extends Catalog = Catalog> {
  /**
   * The limits with what is going on at their gates.
   *
   * @example
   * const [mailbox] = await ductape.limits.list({ product_tag: "my-product", env: "prd", name: "mailbox" });
   */
  list(query?: LimitQuery<C>, options?: CallOptions): Promise<Limit[]>;
  /**
   * Pins other numbers until a time. Consumers follow them from `in_force_at`, jobs in line within a minute. Safe to repeat. The key
   * needs `jobs:admin`. Rejects with a NotFoundError if the catalog has no such limit.
   *
   * @example
   * await ductape.limits.pin({ product_tag: "my-product", env: "prd", name: "mailbox" }, { concurrency: 1, until: Date.now() + 3_600_000 });
   */
  pin(name: LimitName<C>, pin: LimitPin, options?: ChangeOptions): Promise<Limit>;
  /**
   * Lets the numbers of the catalog hold again, from `in_force_at`. Safe to repeat. The key needs `jobs:admin`.
   *
   * @example
   * await ductape.limits.unpin({ product_tag: "my-product", env: "prd", name: "mailbox" });
   */
  unpin(name: LimitName<C>, options?: ChangeOptions): Promise<Limit>;
}

export function createLimits(transport: Transport, defaults: () => Defaults): Limits {
  const pathOf = (method: string, name: LimitName): string => {
    const whole = inOurWords(name, defaults());
    requireTenant(`limits.${method}`, whole, ["product_tag", "env"]);
    if (typeof whole.name !== "string" || whole.name === "")
      throw new InvalidRequestError("INVALID_REQUEST", `limits.${method} needs the name of a limit.`, []);
    const parts = [whole.product_tag, whole.env, whole.name].map((part) => encodeURIComponent(part ?? ""));
    return `/v1/limits/${parts.join("/")}`;
  };
  return {
    async list(query = {}, { signal } = {}) {
      const path = `/v1/limits${queryString(inOurWords(query, defaults()))}`;
      return expectFields<{ limits: Limit[] }>(await transport.call({ method: "GET", path, signal }), "limits").limits;
    },
    async pin(name, pin, { signal, dry_run } = {}) {
      const path = pathOf("pin", name) + queryString({ dry_run });
      const answer = await transport.call({ method: "PUT", path, body: written(pin), signal, repeatable: true });
      return expectFields<Limit>(answer, "name", "gates");
    },
    async unpin(name, { signal, dry_run } = {}) {
      const path = pathOf("unpin", name) + queryString({ dry_run });
      const answer = await transport.call({ method: "DELETE", path, signal, repeatable: true });
      return expectFields<Limit>(answer, "name", "gates");
    },
  };
}
