import * as z from "zod";
import { deployed } from "../aws/client/deployed.ts";
import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { startRedelivery } from "../aws/sqs/redelivery.ts";
import { CodeEnv, ConsumerEnv, readEnv } from "../aws/start/env.ts";
import { startSecrets } from "../aws/start/start-secrets.ts";
import { startServices } from "../aws/start/start-up.ts";
import { reachOfType } from "../core/catalog/reach.ts";
import { JobMessage, type JobType } from "../core/job/job.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { answerTokens } from "../core/operations/answer-tokens.ts";
import { approvalLinks } from "../core/operations/approval-links.ts";
import type { ExecuteWithServices } from "../core/operations/execution.ts";
import { loggingOf, messageFields } from "../core/operations/log-fields.ts";
import { memoryOf } from "../core/operations/memory.ts";
import { type AttemptPolicy, defaultPolicy } from "./engine/attempt-policy.ts";
import { batchmatesOf } from "./engine/batchmates.ts";
import { runJob } from "./engine/run-job.ts";
import { makeTargetHealth } from "./engine/targets/health.ts";
import { catalog } from "./types/catalog.ts";

/** The Lambda of a job type: the engine around its executor, started on AWS. */
export function consumer(type: JobType, execute: ExecuteWithServices, policy: AttemptPolicy = defaultPolicy) {
  const start = starter(type, policy);
  return queueHandler(
    start,
    JobMessage,
    (services, message, beside) => runJob(services, execute, message, { ...services.options, ...beside }),
    messageFields,
  );
}

/** The same for a type whose attempts may end elsewhere: what has become of them comes by another queue of the same function. */
export function consumerOfEnds<Said>(
  type: JobType,
  execute: ExecuteWithServices,
  { schema, end }: { schema: z.ZodType<Said>; end: (services: Started, said: Said) => Promise<void> },
) {
  const start = starter(type, defaultPolicy);
  return queueHandler(
    start,
    z.union([JobMessage, schema.transform((said) => ({ said }))]),
    (services, message, beside) =>
      "said" in message
        ? end(services, message.said)
        : runJob(services, execute, message, { ...services.options, ...beside }),
    (message) => ("said" in message ? {} : messageFields(message)),
  );
}

export type Started = ReturnType<ReturnType<typeof starter>>;

function starter(type: JobType, policy: AttemptPolicy) {
  return lazy(() => {
    const env = readEnv(ConsumerEnv);
    const services = startServices(`consumer-${type}`, env, catalog);
    const queue = { ...services.queue, reach: new Set(reachOfType(type, catalog.products)) };
    const answers = type === "function" ? readEnv(CodeEnv).CODE_ANSWER_QUEUE_URL : undefined;
    const redelivery = startRedelivery(env.QUEUES[type].url, services.log, answers);
    const waiting = { longestWaitMs: env.LONGEST_WAIT_MS, holdSeconds: env.HOLD_SECONDS };
    const batchmates = batchmatesOf(services.clock);
    const options = {
      type,
      policy,
      ...waiting,
      memory: memoryOf(env.MEMORY_MB),
      batchmates,
      health: makeTargetHealth(),
    };
    const notesWaits = env.NOTE_WAITS === "true";
    const secrets = startSecrets();
    const { API_URL: url, APPROVAL_SECRET: secret } = env;
    const linkTo = approvalLinks(secrets, () => ({ url: deployed(url), secret: deployed(secret) }));
    const signs = answers !== undefined && secret !== undefined && { answerTokens: answerTokens(secrets, secret) };
    return loggingOf({ ...services, queue, redelivery, secrets, linkTo, ...signs, notesWaits, options }, { type });
  });
}
