import { jobTypes } from "../../lambdas/core/job/job.ts";
import type { FunctionName } from "../host/functions.ts";
import { intakeQueues, outboundQueues, queueName } from "./names.ts";

/** A queue that feeds a function, as an event source mapping of AWS does. */
export interface EventSource {
  queue: string;
  entry: FunctionName;
  /** Batches in flight at a time; the poller's own default where it is left out. */
  concurrency?: number;
}

export const eventSources: readonly EventSource[] = [
  ...[...jobTypes, ...outboundQueues].map((of): EventSource => ({ queue: queueName(of), entry: of })),
  ...intakeQueues.map((queue): EventSource => ({ queue, entry: "intake", concurrency: 5 })),
];
