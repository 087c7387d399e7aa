import type { Definition, ListedDefinition } from "./answers.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions } from "./jobs.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

/** Selects definitions: those of a product, or of one of its events. */
export interface DefinitionQuery {
  /**
   * The product.
   * @default the client's product
   * @example `"my-product"`
   */
  product_tag?: string | undefined;
  /**
   * One event, which the catalog may have lost.
   * @default every event of a feature that the catalog has
   * @example `"place_order"`
   */
  event?: string | undefined;
}

/** What features said when runs of them began. */
export interface Definitions {
  /**
   * The definitions that the events of a product have had, by event and the latest first. It needs a product, by its name or by the
   * client's default.
   *
   * @example
   * const past = (await ductape.definitions.list({ product_tag: "my-product" })).filter(({ current }) => !current);
   */
  list(query?: DefinitionQuery, options?: CallOptions): Promise<ListedDefinition[]>;
  /**
   * A definition by the `definition.id` of a job, with what the catalog says now and it does not. Rejects with a NotFoundError if there
   * is none with this id.
   *
   * @example
   * const { events } = await ductape.definitions.get("def_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e");
   */
  get(id: string, options?: CallOptions): Promise<Definition>;
}

export const createDefinitions = (transport: Transport, defaults: () => Defaults): Definitions => ({
  async list(query = {}, { signal } = {}) {
    const { product } = defaults();
    const whole = inOurWords(query, { ...(product !== undefined && { product }) });
    requireTenant("definitions.list", whole, ["product_tag"]);
    const path = `/v1/definitions${queryString(whole)}`;
    const answer = await transport.call({ method: "GET", path, signal });
    return expectFields<{ definitions: ListedDefinition[] }>(answer, "definitions").definitions;
  },
  async get(id, { signal } = {}) {
    if (typeof id !== "string" || id === "")
      throw new InvalidRequestError("INVALID_REQUEST", "definitions.get needs the id of a definition.", []);
    const path = `/v1/definitions/${encodeURIComponent(id)}`;
    return expectFields<Definition>(await transport.call({ method: "GET", path, signal }), "id", "steps", "events");
  },
});
