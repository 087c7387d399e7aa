import type { Me } from "./answers.ts";
import { type Approvals, createApprovals } from "./approvals.ts";
import { type AuditTrail, createAudit } from "./audit.ts";
import { type Cache, createCache } from "./cache.ts";
import type { Catalog } from "./catalog.ts";
import { type Config, type DuctapeOptions, resolveConfig } from "./config.ts";
import { createJobs } from "./create-jobs.ts";
import { createDefinitions, type Definitions } from "./definitions.ts";
import { createNamespaces, type Namespaces, type ProcessorNamespaces } from "./ductape.ts";
import { createErrorGroups, type ErrorGroups } from "./error-groups.ts";
import { expectFields } from "./expect-fields.ts";
import { createHooks, type Hooks } from "./hooks.ts";
import { createIncidents, type Incidents } from "./incidents.ts";
import type { CallOptions, Jobs } from "./jobs.ts";
import { createLimits, type Limits } from "./limits.ts";
import { createOperations, type Operations } from "./operations.ts";
import { createPauses, type Pauses } from "./pauses.ts";
import { createJobProcessor, type JobProcessor } from "./processor.ts";
import { createRequest, type SendRequest } from "./request.ts";
import { type Runtime, realRuntime } from "./runtime.ts";
import { createSettle } from "./settle.ts";
import { createSignals, type Signals } from "./signals.ts";
import { createTransport } from "./transport.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";

/** A client of one Ductape Jobs API. Neither JSON nor the console shows its key. */
export interface Ductape<C extends Catalog = Catalog> extends Namespaces {
  processor: ProcessorNamespaces & {
    /** Schedules jobs. */
    job: JobProcessor<C>;
  };
  /** `processor.job` by the name that it had in late 2025. */
  job: JobProcessor<C>;
  /** Jobs that exist. */
  jobs: Jobs<C>;
  /**
   * Who the API takes this client for, and what its key may do. Any key may ask.
   *
   * @example
   * const { verbs, products } = await ductape.me();
   */
  me(options?: CallOptions): Promise<Me>;
  /**
   * Sends any request to the API, and resolves with its answer as it is: for an operation that this client has no method for.
   *
   * @example
   * const { paths } = await ductape.request("GET", "/openapi.json");
   */
  request: SendRequest;
  /** What failed, grouped by cause. */
  errors: ErrorGroups<C>;
  /** The hooks of the catalog: where providers deliver. */
  hooks: Hooks<C>;
  /** The webhooks of the catalog, and how they do. */
  webhooks: Webhooks<C>;
  /** The limits of the catalog, what waits for them, and other numbers for some time. */
  limits: Limits<C>;
  /** Results that are remembered for requests with a `cache` tag. */
  cache: Cache<C>;
  /** What runs of features keep. */
  definitions: Definitions;
  /** Pauses of products, envs and events. */
  pauses: Pauses<C>;
  /** Messages to runs of features that wait for them. */
  signals: Signals<C>;
  /** Steps of runs that wait for the decision of a person. */
  approvals: Approvals<C>;
  /** What goes wrong in products that have alerts. */
  incidents: Incidents<C>;
  /** Who has changed what. */
  audit: AuditTrail<C>;
  /** Changes of many jobs that go on by themselves. */
  operations: Operations<C>;
}

export function createClient(configure: () => Config, runtime: Runtime = realRuntime): Ductape {
  const transport = createTransport(configure, runtime);
  const defaults = () => configure().defaults;
  const jobs = createJobs(transport, defaults);
  const job = createJobProcessor(transport, jobs, runtime, defaults);
  const signals = createSignals(transport, defaults);
  const { namespaces, processor } = createNamespaces({
    ...{ job, jobs, signals, defaults, settle: createSettle(transport, jobs, runtime) },
    ...{ download: transport.download, now: transport.now },
  });
  const me = async ({ signal }: CallOptions = {}) =>
    expectFields<Me>(await transport.call({ method: "GET", path: "/v1/me", signal }), "caller", "verbs");
  return {
    processor,
    me,
    request: createRequest(transport),
    errors: createErrorGroups(transport, defaults),
    hooks: createHooks(transport, defaults),
    webhooks: createWebhooks(transport, defaults),
    limits: createLimits(transport, defaults),
    cache: createCache(transport, defaults),
    definitions: createDefinitions(transport, defaults),
    pauses: createPauses(transport, defaults),
    signals,
    approvals: createApprovals(transport, defaults),
    incidents: createIncidents(transport, defaults),
    audit: createAudit(transport, defaults),
    operations: createOperations(transport, defaults),
    ...namespaces,
  };
}

interface DuctapeClass {
  new <C extends Catalog = Catalog>(options?: DuctapeOptions): Ductape<C>;
  readonly prototype: Ductape;
}

/**
 * A client, as Ductape's documentation creates it; the package's default export. It is the same as `createDuctape(options)`. Throws
 * a ConfigurationError if an option is missing or invalid, or is a credential of Ductape's own service.
 *
 * @example
 * const ductape = new Ductape({ url: "https://jobs.example.com", apiKey: process.env.JOBS_KEY, product: "my-product", env: "prd" });
 */
export const Ductape: DuctapeClass = class {
  constructor(options: DuctapeOptions = {}) {
    const config = resolveConfig(options);
    Object.assign(
      this,
      createClient(() => config),
    );
  }
} as DuctapeClass;

/**
 * Creates a client, for more than one API or for settings that are not in the environment. Throws a ConfigurationError
 * if an option is missing or invalid. With the type of a catalog, the client checks products, environments, events and
 * their inputs at compile time, and types the results: `createDuctape<typeof products>()`.
 *
 * @example
 * const ductape = createDuctape({ url: "https://jobs.example.com", apiKey: await readSecret("ductape") });
 */
export const createDuctape = <C extends Catalog = Catalog>(options: DuctapeOptions = {}): Ductape<C> =>
  new Ductape<C>(options);

let fromEnvironment: Config | undefined;

/**
 * The client that uses `DUCTAPE_URL` and `DUCTAPE_API_KEY`. They are read by the first call, which rejects with a
 * ConfigurationError if one is missing.
 */
export const ductape: Ductape = createClient(() => {
  fromEnvironment ??= resolveConfig({});
  return fromEnvironment;
});
