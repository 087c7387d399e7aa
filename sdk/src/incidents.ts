import type { Incident, IncidentPage, IncidentState } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import { queryString } from "./query.ts";
import type { IgnoreFields } from "./requests.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

export type IncidentPages = Pages<Incident, IncidentPage>;

/** Selects incidents. Without a product and a default, those of all that the key has access to, at most 20 products and envs. */
export type IncidentQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * One state, or several separated by commas.
   * @default all of them
   * @example `"open"`
   */
  state?: IncidentState | `${IncidentState},${string}` | undefined;
  /**
   * How many incidents a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** Names an incident: the product and the env, unless the client has them, and its id. */
export type IncidentName<C extends Catalog = Catalog> = TenantOf<C> & { id: string };

/** What goes wrong in products that have alerts. */
export interface Incidents<C extends Catalog = Catalog> {
  /**
   * The incidents, those that failed last at the beginning: all of them with `for await`, the first page with `await`, or a page at a time
   * with `page`.
   *
   * @example
   * for await (const { target, code, failing } of ductape.incidents.list({ state: "open" })) console.log(target, code, failing);
   */
  list(query?: IncidentQuery<C>, options?: CallOptions): IncidentPages;
  /**
   * One incident, with what the provider has answered if the key has `jobs:input`. Rejects with a NotFoundError for one that there is not.
   *
   * @example
   * const { answer } = await ductape.incidents.get({ product_tag: "my-product", env: "prd", id });
   */
  get(name: IncidentName<C>, options?: CallOptions): Promise<Incident>;
  /**
   * Says that something was done about it: the next failure opens it again. Safe to repeat. The key needs `jobs:write`.
   *
   * @example
   * await ductape.incidents.resolve({ product_tag: "my-product", env: "prd", id });
   */
  resolve(name: IncidentName<C>, options?: ChangeOptions): Promise<Incident>;
  /**
   * Lets nobody be told of it: until a time, until more than so many fail within an hour, or until it is reopened. Rejects with a
   * ConflictError for one that is over. The key needs `jobs:write`.
   *
   * @example
   * await ductape.incidents.ignore({ product_tag: "my-product", env: "prd", id }, { above_per_hour: 100 });
   */
  ignore(name: IncidentName<C>, ignoring?: IgnoreFields, options?: ChangeOptions): Promise<Incident>;
  /**
   * Ends that it is ignored, or takes back that it was resolved. Safe to repeat. The key needs `jobs:write`.
   *
   * @example
   * await ductape.incidents.reopen({ product_tag: "my-product", env: "prd", id });
   */
  reopen(name: IncidentName<C>, options?: ChangeOptions): Promise<Incident>;
}

export function createIncidents(transport: Transport, defaults: () => Defaults): Incidents {
  const pathOf = (method: string, name: IncidentName): string => {
    const whole = inOurWords(name, defaults());
    requireTenant(`incidents.${method}`, whole, ["product_tag", "env"]);
    if (typeof whole.id !== "string" || whole.id === "")
      throw new InvalidRequestError("INVALID_REQUEST", `incidents.${method} needs the id of an incident.`, []);
    const parts = [whole.product_tag, whole.env, whole.id].map((part) => encodeURIComponent(part ?? ""));
    return `/v1/incidents/${parts.join("/")}`;
  };
  const change = async (
    verb: "resolve" | "ignore" | "reopen",
    name: IncidentName,
    body: IgnoreFields | undefined,
    { signal, dry_run }: ChangeOptions,
  ): Promise<Incident> => {
    const path = `${pathOf(verb, name)}/${verb}${queryString({ dry_run })}`;
    const sent = body && { body: written(body) };
    const answer = await transport.call({ method: "POST", path, ...sent, signal, repeatable: true });
    return expectFields<Incident>(answer, "id", "state");
  };
  return {
    list: (query = {}, { signal } = {}) =>
      pagesOf<Incident, IncidentPage>(transport, "incidents", () => ({
        path: "/v1/incidents",
        query: inOurWords(query, defaults()),
        signal,
      })),
    get: async (name, { signal } = {}) =>
      expectFields<Incident>(await transport.call({ method: "GET", path: pathOf("get", name), signal }), "id", "state"),
    resolve: (name, options = {}) => change("resolve", name, undefined, options),
    ignore: (name, ignoring, options = {}) => change("ignore", name, ignoring, options),
    reopen: (name, options = {}) => change("reopen", name, undefined, options),
  };
}
