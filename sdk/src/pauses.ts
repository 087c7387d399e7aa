import type { Pause } from "./answers.ts";
import type { Catalog, ProductScope, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { PauseFields } from "./requests.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

/** What to pause, why, and until when. It needs a product, by its name or by the client's default. */
export type PauseRequest<C extends Catalog = Catalog> = ProductScope<C> & PauseFields;

/** Selects pauses. Without a product and a default, those of all products that the key has access to. */
export type PauseQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>>;

/** Pauses: within 5 s nothing of what they hold starts. */
export interface Pauses<C extends Catalog = Catalog> {
  /**
   * Pauses a product, one of its envs, one of its events, or one key of a limit. Without `env` and without a default env it holds
   * every env. Safe to repeat: there is one pause per scope, and a repeated call changes its reason, end and rate. The key needs
   * `jobs:admin`. Rejects with an InvalidRequestError or a NotFoundError that says which field is wrong.
   *
   * @example
   * const { id } = await ductape.pauses.create({ product_tag: "my-product", env: "prd", reason: "the database is being moved" });
   */
  create(request: PauseRequest<C>, options?: ChangeOptions): Promise<Pause>;
  /**
   * The pauses that hold jobs, and those that have ended and whose jobs are still starting, the latest first.
   *
   * @example
   * const active = (await ductape.pauses.list()).filter(({ state }) => state === "active");
   */
  list(query?: PauseQuery<C>, options?: CallOptions): Promise<Pause[]>;
  /**
   * Ends a pause. Its jobs start from 10 s later, at its rate. Safe to repeat while they do. The key needs `jobs:admin`. Rejects
   * with a NotFoundError if there is no such pause.
   *
   * @example
   * await ductape.pauses.end(id);
   */
  end(id: string, options?: ChangeOptions): Promise<Pause>;
}

export const createPauses = (transport: Transport, defaults: () => Defaults): Pauses => ({
  async create(request, { signal, dry_run } = {}) {
    const whole = inOurWords(request, defaults());
    requireTenant("pauses.create", whole, ["product_tag"]);
    const body = written(whole);
    return pauseIn(
      await transport.call({
        method: "POST",
        path: `/v1/pauses${queryString({ dry_run })}`,
        body,
        signal,
        repeatable: true,
      }),
    );
  },
  async list(query = {}, { signal } = {}) {
    const path = `/v1/pauses${queryString(inOurWords(query, defaults()))}`;
    return expectFields<{ pauses: Pause[] }>(await transport.call({ method: "GET", path, signal }), "pauses").pauses;
  },
  async end(id, { signal, dry_run } = {}) {
    if (typeof id !== "string" || id === "")
      throw new InvalidRequestError("INVALID_REQUEST", "pauses.end needs the id of a pause.", []);
    return pauseIn(
      await transport.call({
        method: "DELETE",
        path: `/v1/pauses/${encodeURIComponent(id)}${queryString({ dry_run })}`,
        signal,
      }),
    );
  },
});

const pauseIn = (answer: Record<string, unknown>): Pause => expectFields<Pause>(answer, "id", "state");
