/** What AWS documents, and what a herd meets. Rates are per second. */
export const quotas = {
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
  schedulerStarts: 1000,
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; uniform here, as in the part `lateness`. */
  schedulerLateMs: 60_000,
  /** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  firstBatches: 5,
  moreBatches: 300 / 60,
  batchesPerPoller: 10,
  pollsPerPoller: 10,
  messagesPerPoll: 10,
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html: of a table, and of a key of its index. */
  tableWrites: 40_000,
  keyWrites: 1000,
};

/** Of our own functions and of AWS's answers, as in the parts `lateness` and `overhead`. */
export const assumed = {
  /** A poller's way from a message to an invocation, on average. */
  deliveryMs: 20,
  requestMs: 5,
  /** Processor time of a claim, and of an outcome, at full speed. */
  claimCpuMs: 0.26,
  outcomeCpuMs: 0.26,
  /** Processor time of a query that finds nothing, by the real SDK whose requests were answered at once: without TLS and HTTP. */
  emptyQueryCpuMs: 0.83,
  /** Lambda gives this much memory one full processor. */
  oneProcessorMb: 1769,
};

/** How a deployment is set. */
export interface Deployment {
  /** `jobs:maxConcurrency`, `jobs:pollers.<type>`, `jobs:batchSize.<type>`, `jobs:holdSeconds`, `jobs:memory.<type>`, `jobs:indexShards`. */
  maxConcurrency: number;
  pollers?: number;
  batchSize: number;
  holdSeconds: number;
  memoryMb: number;
  indexShards: number;
  /** Writes per second that the table takes: its quota and its warm throughput. */
  tableWrites: number;
  /** As if Lambda began with more batches than it does: what its scaling costs is seen by it. */
  firstBatches?: number;
}

export const byDefault: Deployment = {
  maxConcurrency: 60,
  batchSize: 10,
  holdSeconds: 0,
  memoryMb: 256,
  indexShards: 16,
  tableWrites: quotas.tableWrites,
};

/** Twice the memory, and three times the consumers: nothing that must be paid while no herd is due. */
export const raised: Deployment = { ...byDefault, maxConcurrency: 200, memoryMb: 512 };

/** What docs/operations/herds.md names for a herd that must start within two seconds. */
export const forHerds: Deployment = {
  maxConcurrency: 1000,
  pollers: 100,
  batchSize: 100,
  holdSeconds: 15,
  memoryMb: 512,
  indexShards: 64,
  tableWrites: 100_000,
};

/** The most pollers that may always be ready. A queue has at most 120,000 messages in flight, so their batches are smaller. */
export const forLargerHerds: Deployment = {
  ...forHerds,
  maxConcurrency: 1000,
  pollers: 200,
  batchSize: 50,
  indexShards: 128,
};
