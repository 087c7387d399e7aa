import type { SQSEvent, SQSRecord } from "aws-lambda";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import { systemClock } from "../../../lambdas/aws/start/system-clock.ts";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import { type Job, JobMessage, type JobType } from "../../../lambdas/core/job/job.ts";
import type { ExecuteWithServices } from "../../../lambdas/core/operations/execution.ts";
import { aJob, aMessage } from "../builders.ts";
import { fakeServices } from "../fakes/services.ts";

/** A batch of one job that meets foreign data and some that do not. */
export interface Batch {
  type: JobType;
  product: Product;
  /** The events of the jobs, each with its input. */
  jobs: { event: string; input: object }[];
  secrets: Record<string, string>;
  execute: ExecuteWithServices;
  timeoutMs?: number;
}

/** What became of the jobs of a batch, in its order. */
export interface Outcome {
  status: string;
  code?: string;
  attempts: number;
  /** A small one. */
  result?: unknown;
}

const context = { awsRequestId: "1", functionName: "consumer" } as never;

/** Runs a batch through the handler of the consumer's queue, in real time. A message that comes back is a rejected promise. */
export async function runBatch({ type, product, jobs, secrets, execute, timeoutMs = 5000 }: Batch): Promise<Outcome[]> {
  const faults = checkCatalog([product], registry);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  const all = jobs.map(({ event, input }) =>
    aJob({
      type,
      event,
      product: product.tag,
      env: "prd",
      retries: 0,
      timeout_ms: timeoutMs,
      due_at: Date.now(),
      input: { inline: input },
    }),
  );
  const fakes = fakeServices({ jobs: all, catalog: makeCatalog([product], registry), secrets });
  const services = { ...fakes, clock: systemClock, redelivery: { soon: async () => {} } };
  const handle = queueHandler(
    () => services,
    JobMessage,
    (own, message) => runJob(own, execute, message),
  );
  const failures = await handle(eventOf(all), context);
  if (failures?.batchItemFailures.length) throw new Error(`messages come back: ${JSON.stringify(fakes.log.lines)}`);
  const ended = await Promise.all(all.map(({ id }) => fakes.jobs.get(id)));
  return ended.map((job) => outcomeOf(job as Job));
}

const outcomeOf = ({ status, error, attempts, result }: Job): Outcome => ({
  status,
  ...(error && { code: error.code }),
  attempts: attempts.length,
  ...(result && "inline" in result && { result: result.inline }),
});

const eventOf = (jobs: Job[]): SQSEvent => ({
  Records: jobs.map((job, i) => ({ messageId: `m${i}`, body: JSON.stringify(aMessage(job)) }) as SQSRecord),
});
