/** What cannot be counted on this machine. */

/** Milliseconds that a service takes to answer a function in its Region. */
const latencyMs: Record<string, number> = { dynamodb: 5, sqs: 8, scheduler: 30, s3: 30, events: 15 };

export const remoteMs = (calls: Record<string, number>): number =>
  Object.entries(calls).reduce((sum, [call, times]) => sum + times * (latencyMs[call.split(".")[0] ?? ""] ?? 0), 0);

/** Lambda gives a function of this much memory one full processor, and a smaller one a share of it. */
export const oneProcessorMb = 1769;

/**
 * Memory as infra sets it, and the milliseconds of processor time that an invocation takes. They are on the safe side: the
 * part `overhead` measures less.
 */
export const functions: Record<string, { memoryMb: number; cpuMs: number }> = {
  api: { memoryMb: 512, cpuMs: 1 },
  consumer: { memoryMb: 256, cpuMs: 1 },
  lifecycle: { memoryMb: 256, cpuMs: 3 },
  reconciler: { memoryMb: 1024, cpuMs: 10 },
  pump: { memoryMb: 256, cpuMs: 2 },
};

/** What CloudWatch adds to each line. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/API_PutLogEvents.html */
export const bytesAroundLogLine = 26;

/**
 * The most batches per second that the lifecycle gets: a new on-demand table has four partitions, so its stream has four
 * shards, and each gathers one batch at a time for a second.
 */
export const lifecycleBatchesPerSecond = 4;

export const assumptionLines = [
  "each message reaches its consumer alone; a consumer that gets ten at a time is invoked a tenth as often, and receives and deletes ten with two requests",
  `AWS answers in ${Object.entries(latencyMs)
    .map(([service, ms]) => `${ms} ms (${service})`)
    .join(", ")}; the processor time of ${Object.entries(functions)
    .map(([name, { cpuMs, memoryMb }]) => `${name} is ${cpuMs} ms at full speed, stretched by its ${memoryMb} MB`)
    .join(", ")}`,
  "the table's stream has four shards, as that of a new table has, each with at most one batch per second; all jobs are of one product and env, which share counters by the hour",
  "the events that are published by default, completed, failed and cancelled; no webhooks, and an access log of class Infrequent Access",
  "not included: what the job itself calls and uses, storing its item ($0.25 per GB and month), and data that leaves AWS",
  "the authorizer's answer is remembered for five minutes; X-Ray is off, as it is unless `jobs:tracing` says otherwise",
  "no free tiers and no volume discounts; reads of the table's stream are free for a Lambda",
];
