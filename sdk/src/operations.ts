import type { NotChanged, NotChangedPage, Operation, OperationPage } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions, ChangeOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import { type JobFilter, queryString, type SearchValues } from "./query.ts";
import type { OperationFields } from "./requests.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

export type OperationPages = Pages<Operation, OperationPage>;
export type NotChangedPages = Pages<NotChanged, NotChangedPage>;

/** A change of many jobs: which ones, what is done to them, why, and how fast. */
export type OperationRequest<C extends Catalog = Catalog> = OperationFields & {
  /** Which jobs. It needs a product, by its name or by the client's default, and another condition unless there are `job_ids`. */
  filter: JobFilter<C> & {
    /**
     * Only jobs that have failed for this cause: the `id` of an incident of the kind `cause`.
     * @default any
     * @example `"9f3c0a7be1d24c58"`
     */
    cause?: string | undefined;
    /**
     * The value of one field by which the catalog has jobs found, which may be sealed. It needs `jobs:input`, unless the field is public.
     * @default any
     * @example `{ order: "A-17" }`
     */
    where?: SearchValues<C> | undefined;
  };
};

/** Selects the operations of a product, by its name or by the client's default. */
export type OperationQuery<C extends Catalog = Catalog> = Pick<Partial<TenantOf<C>>, "product_tag"> & {
  /**
   * How many operations a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** Changes of many jobs that go on by themselves. */
export interface Operations<C extends Catalog = Catalog> {
  /**
   * Begins an operation. It finds its jobs first, and then changes each of them once, at its rate. The key needs `jobs:write`, for `count`
   * `jobs:read`. Rejects with a ConflictError where the product has five that are not over.
   *
   * @example
   * const { operation_id } = await ductape.operations.start({
   *   action: "retry",
   *   filter: { product_tag: "my-product", env: "prd", event: "create_order" },
   *   reason: "the provider is back",
   *   canary: { count: 10, for: "10m" },
   * });
   */
  start(request: OperationRequest<C>, options?: ChangeOptions): Promise<Operation>;
  /**
   * The operations of a product, the latest first: all of them with `for await`, the first page with `await`.
   *
   * @example
   * for await (const { operation_id, state, changed, matched } of ductape.operations.list()) console.log(operation_id, state, changed, matched);
   */
  list(query?: OperationQuery<C>, options?: CallOptions): OperationPages;
  /**
   * One operation, with what it has done so far. Rejects with a NotFoundError for one that there is not.
   *
   * @example
   * const { state, changed, remaining } = await ductape.operations.get(operation_id);
   */
  get(id: string, options?: CallOptions): Promise<Operation>;
  /**
   * The jobs that it has found and not changed, with the reason of each.
   *
   * @example
   * for await (const { job_id, detail } of ductape.operations.notChanged(operation_id)) console.log(job_id, detail);
   */
  notChanged(id: string, query?: { limit?: number | undefined }, options?: CallOptions): NotChangedPages;
  /**
   * Lets it wait, after 5 s of its rate at most. Safe to repeat.
   *
   * @example
   * await ductape.operations.pause(operation_id);
   */
  pause(id: string, options?: ChangeOptions): Promise<Operation>;
  /**
   * Lets one go on that waits, from then on in the name of this client's key. Safe to repeat.
   *
   * @example
   * await ductape.operations.continue(operation_id);
   */
  continue(id: string, options?: ChangeOptions): Promise<Operation>;
  /**
   * Ends it, after 5 s of its rate at most. What it has changed stays changed. Safe to repeat.
   *
   * @example
   * await ductape.operations.stop(operation_id);
   */
  stop(id: string, options?: ChangeOptions): Promise<Operation>;
  /**
   * Gives it another rate, in jobs per second.
   *
   * @example
   * await ductape.operations.setRate(operation_id, 2);
   */
  setRate(id: string, ratePerSecond: number, options?: ChangeOptions): Promise<Operation>;
}

const operationIn = (answer: Record<string, unknown>): Operation =>
  expectFields<Operation>(answer, "operation_id", "state");

export function createOperations(transport: Transport, defaults: () => Defaults): Operations {
  const pathOf = (call: string, id: string, rest = ""): string => {
    if (typeof id === "string" && id !== "") return `/v1/operations/${encodeURIComponent(id)}${rest}`;
    throw new InvalidRequestError("INVALID_REQUEST", `operations.${call} needs the id of an operation.`, []);
  };
  const steer = async (
    call: string,
    id: string,
    { verb = call, body, signal, dry_run }: ChangeOptions & { verb?: string; body?: object },
  ): Promise<Operation> => {
    const path = pathOf(call, id, `/${verb}${queryString({ dry_run })}`);
    const sent = body && { body: written(body) };
    return operationIn(await transport.call({ method: "POST", path, ...sent, signal, repeatable: true }));
  };
  return {
    async start(request, { signal, dry_run } = {}) {
      const filter = inOurWords(request.filter ?? {}, defaults());
      requireTenant("operations.start", filter, ["product_tag"]);
      // With a key, so that a call which the client repeats begins one operation.
      const { idempotency_key = crypto.randomUUID() } = request;
      const body = written({ ...request, filter, idempotency_key });
      const path = `/v1/operations${queryString({ dry_run })}`;
      return operationIn(await transport.call({ method: "POST", path, body, signal, repeatable: true }));
    },
    list: (query = {}, { signal } = {}) =>
      pagesOf<Operation, OperationPage>(transport, "operations", () => {
        const { env: _env, ...whole } = inOurWords<OperationQuery & { env?: string }>(query, defaults());
        requireTenant("operations.list", whole, ["product_tag"]);
        return { path: "/v1/operations", query: whole, signal };
      }),
    get: async (id, { signal } = {}) =>
      operationIn(await transport.call({ method: "GET", path: pathOf("get", id), signal })),
    notChanged: (id, query = {}, { signal } = {}) =>
      pagesOf<NotChanged, NotChangedPage>(transport, "jobs", () => ({
        path: pathOf("notChanged", id, "/not-changed"),
        query,
        signal,
      })),
    pause: (id, options = {}) => steer("pause", id, options),
    continue: (id, options = {}) => steer("continue", id, options),
    stop: (id, options = {}) => steer("stop", id, options),
    setRate: (id, rate_per_second, options = {}) =>
      steer("setRate", id, { ...options, verb: "rate", body: { rate_per_second } }),
  };
}
