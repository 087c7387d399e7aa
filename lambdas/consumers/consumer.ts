import { ConsumerEnv, readEnv } from "../aws/env.ts";
import { queueHandler } from "../aws/queue-handler.ts";
import { once, startSecrets, startServices } from "../aws/start-up.ts";
import { JobMessage, type JobType } from "../core/job.ts";
import type { Execute } from "../core/job-type.ts";
import { catalog } from "./catalog.ts";
import { runJob } from "./shell.ts";

/** The Lambda of a job type: the shell around its executor. */
export function consumer(type: JobType, execute: Execute) {
  const start = once(() => {
    const env = readEnv(ConsumerEnv);
    const services = startServices(`consumer-${type}`, env, catalog);
    return { ...services, secrets: startSecrets(), longestWaitMs: env.LONGEST_WAIT_MS };
  });
  return queueHandler(start, JobMessage, (services, message) => runJob(services, execute, message, services));
}
