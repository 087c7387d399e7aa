import { ConsumerEnv, readEnv } from "../aws/env.ts";
import { queueHandler } from "../aws/queue-handler.ts";
import { startRedelivery } from "../aws/redelivery.ts";
import { startSecrets } from "../aws/start-secrets.ts";
import { startServices } from "../aws/start-up.ts";
import { JobMessage, type JobType } from "../core/job.ts";
import type { Decide } from "../core/job-type.ts";
import { loggingOf, messageFields } from "../core/log-fields.ts";
import { memoryOf } from "../core/memory.ts";
import { once } from "../core/once.ts";
import { catalog } from "./catalog.ts";
import { runJob, type ShellOptions } from "./shell.ts";
import { withCurrentSecrets } from "./with-current-secrets.ts";

/** The Lambda of a job type: the shell around its executor. */
export function consumer(type: JobType, execute: Decide, options: Pick<ShellOptions, "wakeUps"> = {}) {
  const current = withCurrentSecrets(execute);
  const start = once(() => {
    const env = readEnv(ConsumerEnv);
    const services = startServices(`consumer-${type}`, env, catalog);
    const redelivery = startRedelivery(env.QUEUES[type].url, services.log);
    const shell = { longestWaitMs: env.LONGEST_WAIT_MS, memory: memoryOf(env.MEMORY_MB) };
    return loggingOf({ ...services, redelivery, secrets: startSecrets(), shell }, { type });
  });
  return queueHandler(
    start,
    JobMessage,
    (services, message) => runJob(services, current, message, { ...options, ...services.shell, type }),
    messageFields,
  );
}
