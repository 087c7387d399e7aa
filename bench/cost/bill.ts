import { type Price, prices } from "../../lambdas/core/queries/cost.ts";
import { bytesAroundLogLine, functions, lifecycleBatchesPerSecond, oneProcessorMb } from "./assumptions.ts";
import type { Counts } from "./counts.ts";
import { countsOf, type Kind } from "./kinds.ts";

export type Bill = Record<string, number>;

/** US dollars for a million times the counts, by service. */
export function billOf(counts: Counts, jobs = 1): Bill {
  const cost = (price: Price, count: number) => (count * prices[price]) / jobs;
  const invocations = Object.values(counts.invocations).reduce((a, b) => a + b, 0);
  return {
    "API Gateway": cost("http_request", counts.http_request),
    "Lambda requests": cost("lambda_request", invocations),
    "Lambda time": cost("lambda_gb_second", gbSecondsOf(counts)),
    "DynamoDB writes": cost("table_write", counts.table_write + counts.index_write),
    "DynamoDB reads": cost("table_read", counts.table_read),
    SQS: cost("queue_request", counts.queue_request),
    Scheduler: cost("schedule", counts.schedule),
    S3: cost("bucket_put", counts.bucket_put) + cost("bucket_get", counts.bucket_get),
    EventBridge: cost("bus_event", counts.bus_event),
    Logs: logsOf(counts) / jobs,
  };
}

/** The access log is of the class for logs that are rarely read (infra/constructs/http/http-api.ts). */
const logsOf = ({ log_bytes, log_lines, access_log_bytes, http_request }: Counts): number =>
  (prices.log_megabyte * (log_bytes + log_lines * bytesAroundLogLine) +
    prices.rare_log_megabyte * (access_log_bytes + http_request * bytesAroundLogLine)) /
  1e6;

export const totalOf = (bill: Bill): number => Object.values(bill).reduce((a, b) => a + b, 0);

function gbSecondsOf({ invocations, remote_ms, held_ms }: Counts): number {
  const ofFunction = Object.entries(invocations).map(([name, times]) => {
    const { memoryMb, cpuMs } = functions[name] as (typeof functions)[string];
    const held = name === "consumer" ? held_ms : 0;
    const ms = times * cpuMs * (oneProcessorMb / memoryMb) + (remote_ms[name] ?? 0) + held;
    return (ms / 1000) * (memoryMb / 1024);
  });
  return ofFunction.reduce((a, b) => a + b, 0);
}

/** The records of a small job that wake the lifecycle: created and finished. A claim is not published by default. */
const recordsPerJob = 2;

/** The bill for a million jobs of a kind that arrive evenly at this rate. */
export async function billAt(kind: Kind, jobsPerSecond: number): Promise<Bill> {
  const batch = Math.max(1, Math.min(100, Math.floor((jobsPerSecond * recordsPerJob) / lifecycleBatchesPerSecond)));
  // About six full batches.
  const jobs = Math.ceil((6 * batch) / recordsPerJob);
  return billOf(await countsOf(kind, { jobs, batch }), jobs);
}
