import type * as z from "zod";
import type { DispatchRoute } from "../job/route.ts";
import { inlineLimit } from "../operations/payload.ts";
import type { CostSchema } from "./schemas/explanation.ts";

/** US dollars per million, in us-east-1, without free tiers and volume discounts, each with the page that lists it. */
export const prices = {
  region: "us-east-1",
  as_of: "2026-11-24",
  /** https://aws.amazon.com/api-gateway/pricing/ (HTTP APIs, per 512 KB) */
  http_request: 1.0,
  /** https://aws.amazon.com/lambda/pricing/ (arm64) */
  lambda_request: 0.2,
  lambda_gb_second: 13.3334,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ (per KB of the written item) */
  table_write: 0.625,
  /** A consistent read of up to 4 KB */
  table_read: 0.125,
  /**
   * https://aws.amazon.com/sqs/pricing/ (per 64 KB): 0.40 for a standard queue, and 0.10 more for a fair one, which a queue is whose
   * messages have a group. Those of EventBridge Scheduler have none, and are counted alike.
   */
  queue_request: 0.5,
  /** https://aws.amazon.com/eventbridge/pricing/ (Scheduler invocations; events put on a custom bus) */
  schedule: 1.0,
  bus_event: 1.0,
  /** https://aws.amazon.com/s3/pricing/ (Standard: PUT and GET) */
  bucket_put: 5.0,
  bucket_get: 0.4,
  /** https://aws.amazon.com/cloudwatch/pricing/ (per megabyte of ingested logs: half a dollar per GB) */
  log_megabyte: 500,
  /** The same in a log group of the class Infrequent Access */
  rare_log_megabyte: 250,
} as const;

export type Price = Exclude<keyof typeof prices, "region" | "as_of">;

/** The properties of a job that its cost depends on. */
interface CostFactors {
  route: DispatchRoute;
  /** How often its consumer sends a message that is more than 15 minutes early again, besides the last time. Default: never. */
  hops?: number;
  /** Whether it starts at once. Consumers hold later jobs for the rest of a second until they are due. */
  immediate: boolean;
  inputBytes: number;
  memoryMb: number;
  /** Whether it shares a job with other requests of its key. Default: false. */
  sharedKey?: boolean;
}

type Cost = z.infer<typeof CostSchema>;

/** The billed bytes of a job's writes without its input: when it is created, claimed and finished with a small result. */
const itemBytes = [580, 660, 840];
/** How long the API takes to answer, and a consumer to execute an attempt; and how early a message arrives on average. */
export const assumed = { apiSeconds: 0.05, apiMb: 512, executionSeconds: 0.2, earlySeconds: 0.5 };

export const assumptions = [
  "one run that succeeds at the first attempt, not batched with others: jobs that share a batch cost less",
  `the request is answered in ${assumed.apiSeconds * 1000} ms and the job executed in ${assumed.executionSeconds * 1000} ms`,
  "the result fits into 1 KB, and one final event is published",
  "without free tiers, logs, traces, storage, data transfer and what the job itself calls",
];

/** Estimates the cost of a million such jobs from the route, the size of the input and the consumer's memory. */
export function costOf({ route, hops = 0, immediate, inputBytes, memoryMb, sharedKey }: CostFactors): Cost {
  const large = inputBytes > inlineLimit;
  const itemsKb = itemBytes.reduce((sum, bytes) => sum + Math.ceil((bytes + (large ? 0 : inputBytes)) / 1024), 0);
  // EventBridge Scheduler delivers early, and the consumer sends the message again with the remaining delay.
  const deliveries = (route.via === "scheduler" ? 2 : 1) + hops;
  const held = immediate ? 0 : assumed.earlySeconds;
  const breakdown = [
    line("API Gateway: the request", "http_request", Math.max(1, Math.ceil(inputBytes / (512 * 1024)))),
    line("Lambda: requests of the API and the consumer", "lambda_request", 1 + deliveries),
    line("Lambda: the API's time", "lambda_gb_second", (assumed.apiSeconds * assumed.apiMb) / 1024),
    line("Lambda: the consumer's time", "lambda_gb_second", ((assumed.executionSeconds + held) * memoryMb) / 1024),
    line("DynamoDB: writes that create, claim, finish and count the job, per KB", "table_write", itemsKb + 1),
    line("DynamoDB: writes to the index, where the job moves from pending to finished", "table_write", 3),
    line("SQS: requests that send, receive and delete the message", "queue_request", 3 * deliveries),
    ...(route.via === "scheduler" ? [line("EventBridge Scheduler: the schedule", "schedule", 1)] : []),
    ...(sharedKey
      ? [
          line("DynamoDB: reading which job has the key, and that job", "table_read", 2),
          line("DynamoDB: the write that gives the key to a new job", "table_write", 1),
        ]
      : []),
    ...(large ? [line("S3: storing the input", "bucket_put", 1), line("S3: reading the input", "bucket_get", 1)] : []),
    line("EventBridge: the final event", "bus_event", 1),
  ];
  return estimate(breakdown, assumptions);
}

/** What is assumed of the end of a run. */
const undoAssumptions = [
  "every step with an undo has completed, and each undo succeeds at its first attempt; of a step that is undone for each item, there is one",
  ...assumptions.slice(1),
];

/** Estimates the cost of a million ends of a feature that undo steps, from the memory of the consumers of the undos and of the feature. */
export function undoCostOf({ undosMb, featureMb }: { undosMb: readonly number[]; featureMb: number }): Cost {
  const undos = undosMb.length;
  // One that begins, and one after each undo.
  const decisions = undos + 1;
  const memory = undosMb.reduce((sum, mb) => sum + mb, decisions * featureMb);
  const itemsKb = itemBytes.reduce((sum, bytes) => sum + Math.ceil(bytes / 1024), 0);
  return estimate(
    [
      line("Lambda: requests of the consumers that undo, and that decide", "lambda_request", undos + decisions),
      line("Lambda: their time", "lambda_gb_second", (assumed.executionSeconds * memory) / 1024),
      line(
        "DynamoDB: writes that create, claim, finish and count the jobs, per KB",
        "table_write",
        undos * (itemsKb + 1),
      ),
      line("DynamoDB: writes to the index, where the jobs move from pending to finished", "table_write", undos * 3),
      line("DynamoDB: writes of the decisions, and of the end's beginning", "table_write", decisions * 2 + 1),
      line("SQS: requests that send, receive and delete the messages", "queue_request", 3 * (undos + decisions)),
      line("EventBridge: the final events, and `run.rolled_back`", "bus_event", undos + 1),
    ],
    undoAssumptions,
  );
}

const line = (what: string, price: Price, count: number): Cost["breakdown"][number] => ({
  what,
  count: rounded(count),
  usd_per_million: rounded(count * prices[price]),
});

function estimate(breakdown: Cost["breakdown"], assumptions: readonly string[]): Cost {
  const total = breakdown.reduce((sum, { usd_per_million }) => sum + usd_per_million, 0);
  return {
    usd_per_million: Math.round(total * 100) / 100,
    region: prices.region,
    prices_as_of: prices.as_of,
    breakdown,
    assumptions: [...assumptions],
  };
}

const rounded = (count: number): number => Math.round(count * 10_000) / 10_000;
