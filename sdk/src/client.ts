import { type Config, type DuctapeOptions, resolveConfig } from "./config.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { createJobProcessor, type JobProcessor } from "./processor.ts";
import { type Runtime, realRuntime } from "./runtime.ts";
import { createTransport } from "./transport.ts";

/** A client of one Ductape Jobs API. It holds its key where neither JSON nor the console shows it. */
export interface Ductape {
  processor: {
    /** Schedules jobs. */
    job: JobProcessor;
  };
  /** Jobs that exist. */
  jobs: Jobs;
}

export function createClient(configure: () => Config, runtime: Runtime = realRuntime): Ductape {
  const transport = createTransport(configure, runtime);
  const jobs = createJobs(transport);
  return { processor: { job: createJobProcessor(transport, jobs, runtime) }, jobs };
}

/**
 * A client of its own, for more than one API or for other settings than the environment's. Throws a ConfigurationError
 * if an option is missing or unusable.
 *
 * @example
 * const ductape = createDuctape({ url: "https://jobs.example.com", apiKey: await readSecret("ductape") });
 */
export function createDuctape(options: DuctapeOptions = {}): Ductape {
  const config = resolveConfig(options);
  return createClient(() => config);
}

let fromEnvironment: Config | undefined;

/**
 * The client that `DUCTAPE_URL` and `DUCTAPE_API_KEY` describe. They are read with the first call, which rejects with a
 * ConfigurationError if one is missing.
 */
export const ductape: Ductape = createClient(() => {
  fromEnvironment ??= resolveConfig({});
  return fromEnvironment;
});
