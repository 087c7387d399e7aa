import { registry } from "../../lambdas/consumers/types/registry.ts";
import { keptShards } from "../../lambdas/core/ports/unscheduled.ts";
import { functionsOf } from "../../lambdas/topology.ts";
import type { Counts } from "../cost/counts.ts";
import { pageMs } from "../herd/kept.ts";
import { assumed, byDefault, type Deployment, quotas } from "../herd/quotas.ts";

/** What bounds how many jobs per second a deployment can take, and what moves it. */
export interface Bound {
  what: string;
  /** What a job takes of it, in words. */
  perJob: string;
  jobsPerSecond: number;
  movedBy: string;
}

const functions = functionsOf(registry);

/** Documented quotas of AWS that only this page needs. Per second. */
const others = {
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html; `jobs:rateLimit` by default. */
  requests: 1000,
  jobsPerRequest: 100,
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
  schedulesCreated: 5000,
  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html: PutEvents, in the large Regions. */
  busEvents: 10_000,
  executionMs: 200,
};

/** A relay works for 55 of 60 seconds (`askRelays`). */
const relayShare = 55 / 60;

/** Of a round of the reconciler, seconds that the scans have at least while nothing is drained after a pause. */
const scanSeconds = 30;

/** How many partitions of the index a round of the reconciler looks at, if hardly any job is overdue. */
export const partitionsPerRound = (): number =>
  (1000 * scanSeconds * functions.reconciler.memoryMb) / (assumed.emptyQueryCpuMs * assumed.oneProcessorMb);

/** A batch of a consumer: received, claimed, executed and recorded, by the model of the part `herd`. */
function batchMs({ batchSize, memoryMb }: Deployment, executionMs: number): number {
  const cpu = Math.max(1, assumed.oneProcessorMb / memoryMb);
  const cpuMs = batchSize * (assumed.claimCpuMs + assumed.outcomeCpuMs) * cpu;
  return assumed.deliveryMs + 2 * assumed.requestMs + executionMs + cpuMs;
}

const consumers = (deployment: Deployment, executionMs: number): number =>
  (1000 * deployment.maxConcurrency * deployment.batchSize) / batchMs(deployment, executionMs);

/** The bounds for jobs that are due now, from what one of them was counted to use, and those of jobs that are due later. */
export function boundsOf(now: Counts): Bound[] {
  // The first write of the index puts the job among the pending ones; the last two take it from there to the finished ones.
  const pendingWrites = now.index_write - 1;
  const shardWrites = byDefault.indexShards * quotas.keyWrites;
  return [
    {
      what: "EventBridge Scheduler starts schedules",
      perJob: "1, if due in more than 15 minutes",
      jobsPerSecond: quotas.schedulerStarts,
      movedBy: "its quota, with `jobs:schedulerStartsPerSecond`; what exceeds it goes through the queue",
    },
    {
      what: `consumers of one type, jobs of ${others.executionMs} ms`,
      perJob: `1 of ${byDefault.batchSize} in a batch of ${Math.round(batchMs(byDefault, others.executionMs))} ms, ${byDefault.maxConcurrency} at a time`,
      jobsPerSecond: consumers(byDefault, others.executionMs),
      movedBy: "`jobs:maxConcurrency`, and Lambda's quota",
    },
    {
      what: "index, `pending` of one product and env",
      perJob: `${pendingWrites} writes to one of ${byDefault.indexShards} partitions`,
      jobsPerSecond: shardWrites / pendingWrites,
      movedBy: "`jobs:indexShards`",
    },
    {
      what: "EventBridge Scheduler creates schedules",
      perJob: "1, if due in more than 15 minutes",
      jobsPerSecond: others.schedulesCreated,
      movedBy: `its quota; what exceeds it is kept in the table, ${(keptShards * quotas.keyWrites).toLocaleString("en-US")} per second`,
    },
    {
      what: "messages that EventBridge Scheduler did not take are sent",
      perJob: `1 of 100 in a page of ${Math.round(pageMs())} ms, ${keptShards} pages at a time`,
      jobsPerSecond: (relayShare * 1000 * 100 * keptShards) / pageMs(),
      movedBy: "nothing; it begins 20 minutes ahead, which is enough for five million of one second",
    },
    {
      what: "consumers of one type, jobs that do nothing",
      perJob: `1 of ${byDefault.batchSize} in a batch of ${Math.round(batchMs(byDefault, 0))} ms`,
      jobsPerSecond: consumers(byDefault, 0),
      movedBy: "`jobs:maxConcurrency`, `jobs:memory.<type>`",
    },
    {
      what: "events on the bus",
      perJob: `${now.bus_event}`,
      jobsPerSecond: others.busEvents / now.bus_event,
      movedBy: "EventBridge's quota, or `jobs:publish`; events wait, jobs do not",
    },
    {
      what: "writes to the table",
      perJob: `${now.table_write}`,
      jobsPerSecond: quotas.tableWrites / now.table_write,
      movedBy: "DynamoDB's quota per table, with `jobs:warmWrites`",
    },
    {
      what: "writes to the index as a whole",
      perJob: `${now.index_write}`,
      jobsPerSecond: quotas.tableWrites / now.index_write,
      movedBy: "the same",
    },
    {
      what: "requests to the API, batches of 100",
      perJob: `1 of ${others.jobsPerRequest} in a request`,
      jobsPerSecond: others.requests * others.jobsPerRequest,
      movedBy: "`jobs:rateLimit`",
    },
  ];
}
