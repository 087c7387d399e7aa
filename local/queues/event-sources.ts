import type { FunctionName, QueueName } from "../../lambdas/topology.ts";
import { queueName } from "../runtime/names.ts";
import { queuePlans } from "../runtime/plans.ts";

/** A queue that feeds a function, as an event source mapping does in AWS. */
interface EventSource {
  queue: string;
  entry: FunctionName;
  batchSize: number;
  /** Batches in progress at the same time. */
  concurrency: number;
}

/** In AWS each batch has an instance of the function to itself; here one process runs them all. */
const mostBatches = 20;

export const eventSources: readonly EventSource[] = Object.entries(queuePlans).map(
  ([name, { feeds, batchSize, concurrency }]) => ({
    queue: queueName(name as QueueName),
    entry: feeds,
    batchSize,
    concurrency: Math.min(concurrency, mostBatches),
  }),
);
