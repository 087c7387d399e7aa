import type { Catalog } from "./catalog.ts";
import { type Config, type DuctapeOptions, resolveConfig } from "./config.ts";
import { createJobs } from "./create-jobs.ts";
import type { Jobs } from "./jobs.ts";
import { createJobProcessor, type JobProcessor } from "./processor.ts";
import { type Runtime, realRuntime } from "./runtime.ts";
import { createTransport } from "./transport.ts";

/** A client of one Ductape Jobs API. Neither JSON nor the console shows its key. */
export interface Ductape<C extends Catalog = Catalog> {
  processor: {
    /** Schedules jobs. */
    job: JobProcessor<C>;
  };
  /** Jobs that exist. */
  jobs: Jobs<C>;
}

export function createClient(configure: () => Config, runtime: Runtime = realRuntime): Ductape {
  const transport = createTransport(configure, runtime);
  const jobs = createJobs(transport);
  return { processor: { job: createJobProcessor(transport, jobs, runtime) }, jobs };
}

/**
 * Creates a client, for more than one API or for settings that are not in the environment. Throws a ConfigurationError
 * if an option is missing or invalid. With the type of a catalog, the client checks products, environments, events and
 * their inputs at compile time: `createDuctape<typeof products>()`.
 *
 * @example
 * const ductape = createDuctape({ url: "https://jobs.example.com", apiKey: await readSecret("ductape") });
 */
export function createDuctape<C extends Catalog = Catalog>(options: DuctapeOptions = {}): Ductape<C> {
  const config = resolveConfig(options);
  // A catalog narrows the types that callers may pass, and changes nothing at runtime.
  return createClient(() => config) as unknown as Ductape<C>;
}

let fromEnvironment: Config | undefined;

/**
 * The client that uses `DUCTAPE_URL` and `DUCTAPE_API_KEY`. They are read by the first call, which rejects with a
 * ConfigurationError if one is missing.
 */
export const ductape: Ductape = createClient(() => {
  fromEnvironment ??= resolveConfig({});
  return fromEnvironment;
});
