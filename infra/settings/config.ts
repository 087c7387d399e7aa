import type { Node } from "constructs";
import * as z from "zod";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { defaultStartsPerSecond } from "../../lambdas/core/job/due-time.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import { finalEvents, type JobEventName, jobEvents } from "../../lambdas/core/job/job-event.ts";
import { fewestShards, mostShards } from "../../lambdas/core/job/job-id.ts";
import { longestHoldSeconds } from "../../lambdas/core/job/route.ts";
import { given } from "../../lambdas/core/kernel/given.ts";
import { faultsOf, strict } from "../../lambdas/core/kernel/schema.ts";
import { defaultConcurrency } from "../../lambdas/topology.ts";
import { checkDependencies } from "./depends.ts";
import { type HttpApiSettings, httpApiSettings, httpApiSettingsOf } from "./http-api.ts";
import { type Network, networkOf, networkSettings } from "./network.ts";
import { queuePlans } from "./plans.ts";
import { SetupError } from "./setup-error.ts";
import { listed, text, whole, YesNo } from "./values.ts";

/** Marks the settings among the context keys of the CDK, so that an unknown one is noticed as a typing error. */
const prefix = "jobs:";

/** Transitions of jobs: a comma-separated string on the command line, a list in cdk.json. */
const Transitions = z.preprocess(
  (value) => (value === "none" ? [] : listed(value)),
  z.custom<readonly JobEventName[]>(
    (value) => Array.isArray(value) && value.every((name) => jobEvents.includes(name)),
    `must be "none" or some of ${jobEvents.join(", ")}`,
  ),
);

/**
 * The bounds of a queue's event source.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
 */
const Concurrency = whole(2, 1000);

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const Memory = whole(128, 10_240);

/** Powers of two: the number is taken from the last digits of a job's id, which are hexadecimal. */
const shardCounts = [8, 16, 32, 64, 128, 256];
const Shards = whole(fewestShards, mostShards).refine((shards) => shardCounts.includes(shards), {
  error: `must be one of ${shardCounts.join(", ")}`,
});

const concurrencyKey = <T extends JobType>(type: T) => `maxConcurrency.${type}` as const;
const batchKey = <T extends JobType>(type: T) => `batchSize.${type}` as const;
const pollersKey = <T extends JobType>(type: T) => `pollers.${type}` as const;
const memoryKey = <T extends JobType>(type: T) => `memory.${type}` as const;

/** One optional setting per job type. */
const perType = <Key extends string, Value extends z.ZodType>(key: (type: JobType) => Key, value: Value) =>
  Object.fromEntries(Object.keys(registry).map((type) => [key(type as JobType), value.optional()])) as Record<
    Key,
    z.ZodOptional<Value>
  >;

const alarmLevels = ["joined", "each"] as const;
const Alarms = z.preprocess(
  (value) => (value === "false" ? false : value),
  z.union([z.literal(false), z.enum(alarmLevels)], `must be false or one of ${alarmLevels.join(", ")}`),
);

const logLevels = ["debug", "info", "warn", "error"] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const LogDays = whole(1, 3653).refine((days) => retentions.includes(days), {
  error: `must be one of the numbers that CloudWatch Logs accepts: ${retentions.join(", ")}`,
});

/** Every setting of a deployment, given as `--context jobs:<name>=<value>` or in cdk.json. */
export const Settings = strict({
  /** Distinguishes deployments in the same account and Region: part of the names of the stacks. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/, "must be 1 to 20 lower-case letters, digits and hyphens that start with a letter")
    .default("prod"),
  /** Days for which a finished job can be read. */
  retentionDays: whole(1, 3650).default(30),
  /** Consumers of one type that run at the same time, each with up to 10 jobs; a type's own setting takes precedence. */
  maxConcurrency: Concurrency.default(defaultConcurrency),
  ...perType(concurrencyKey, Concurrency),
  /** Megabytes of memory of one type's consumer. Default: what its definition says. */
  ...perType(memoryKey, Memory),
  /** Milliseconds that a consumer may wait in process, at the cost of Lambda time, instead of sending an early message again. */
  longestWaitMs: whole(1000, 20_000).default(1000),
  /**
   * How many schedules EventBridge Scheduler starts per second in this account and Region: its quota "Invocations throttle limit".
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
   */
  schedulerStartsPerSecond: whole(1, 1_000_000).default(defaultStartsPerSecond),
  /**
   * Partitions of the index per product, env and phase to which jobs are written. With 8, a herd of 100,000 jobs would end 16 s late
   * instead of 14.4. The default is no more than the version before reads by default (docs/operations/upgrade.md#roll-back).
   */
  indexShards: Shards.default(16),
  /**
   * Partitions that are read: at least those to which jobs are written, and those to which a later deployment will write, so that this
   * one can take its place again. Each costs a read per list and per round of the reconciler.
   */
  indexShardsRead: Shards.default(16),
  /**
   * How many seconds before their time messages come back to consumers at the earliest, which hold them in process until then. The
   * time is billed.
   */
  holdSeconds: whole(0, longestHoldSeconds).default(0),
  /** Messages per invocation of one type's consumer. More than 10 are gathered for a second, by which jobs due now are late. */
  ...perType(batchKey, whole(1, 100)),
  /**
   * Pollers of one type's queue that are always ready, each with up to 10 batches under way. Billed by the hour. Default: Lambda
   * starts with five batches and adds up to 300 per minute.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  ...perType(pollersKey, whole(2, 200)),
  /** The transitions of jobs that are published to the bus; each event costs. */
  publish: Transitions.default(finalEvents),
  /** Whether X-Ray traces the functions. Samples cost, and in a quiet system every request is one. */
  tracing: YesNo.default(false),
  /** The lowest level that functions log. Metrics are log lines too, and are written at any level. */
  logLevel: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
  /** Days that logs are kept. */
  logDays: LogDays.default(30),
  /** Alarms: `joined`, one of each kind; `each`, one per queue, function and rule; or `false` for none. */
  alarms: Alarms.default("joined"),
  /** The address that receives the alarms. AWS asks it for confirmation first. */
  alarmEmail: text(z.regexes.email, "must be an e-mail address").optional(),
  /** The ARN of the stream of a restored table: the service then works with that table instead of the stack's own. */
  restoredStream: text(
    /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\d:T.-]+$/,
    "must be the ARN of a table's stream",
  ).optional(),
  /**
   * Reads and writes per second that the table accepts from the start, without scaling up to them.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
   */
  warmReads: whole(12_000, 1_000_000).optional(),
  warmWrites: whole(4000, 1_000_000).optional(),
  /** The KMS key for everything that is stored: `none` for AWS's own, `create` for a new one, or the ARN of a key. */
  kmsKey: text(
    /^(none|create|arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)$/,
    'must be "none", "create" or the ARN of a KMS key (not of an alias)',
  ).default("none"),
  ...httpApiSettings,
  ...networkSettings,
}).superRefine(checkDependencies, { when: () => true });

export interface Config {
  stage: string;
  retentionDays: number;
  maxConcurrency: Record<JobType, number>;
  longestWaitMs: number;
  holdSeconds: number;
  batchSize: Record<JobType, number>;
  /** Absent: Lambda scales the pollers by itself. */
  pollers: Partial<Record<JobType, number>>;
  schedulerStartsPerSecond: number;
  indexShards: number;
  indexShardsRead: number;
  publish: readonly JobEventName[];
  tracing: boolean;
  logLevel: (typeof logLevels)[number];
  logDays: number;
  alarms: (typeof alarmLevels)[number] | false;
  /** Megabytes. */
  memory: Record<JobType, number>;
  /** Of the table and its index. Absent: the AWS default for a new table. */
  warmThroughput: { readUnitsPerSecond?: number; writeUnitsPerSecond?: number } | undefined;
  kmsKey: string;
  httpApi: HttpApiSettings;
  /** Of the consumer of database actions. Absent: it runs outside of any VPC of the team's. */
  network: Network | undefined;
  alarmEmail?: string;
  restoredStream?: string;
}

/** Reads the settings of an app. Throws a SetupError that names every unknown or invalid one. */
export function readConfig(node: Node): Config {
  const context = node.getAllContext() as Record<string, unknown>;
  const ours = Object.entries(context)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);
  // `-c auth=iam` works without the prefix, which sets our settings apart from others in cdk.json.
  const { auth } = context;
  const parsed = Settings.safeParse({ ...(auth !== undefined && { auth }), ...Object.fromEntries(ours) });
  if (!parsed.success) throw new SetupError("Settings are not valid:", settingFaults(parsed.error));
  const { stage, retentionDays, longestWaitMs, publish, tracing, logLevel, logDays, kmsKey, maxConcurrency, ...own } =
    parsed.data;
  return {
    stage,
    retentionDays,
    longestWaitMs,
    holdSeconds: own.holdSeconds,
    batchSize: byType((type) => own[batchKey(type)] ?? queuePlans[type].batchSize),
    pollers: given(byType((type) => own[pollersKey(type)])),
    schedulerStartsPerSecond: own.schedulerStartsPerSecond,
    indexShards: own.indexShards,
    indexShardsRead: Math.max(own.indexShards, own.indexShardsRead),
    publish,
    tracing,
    logLevel,
    logDays,
    alarms: own.alarms,
    kmsKey,
    maxConcurrency: byType((type) => own[concurrencyKey(type)] ?? maxConcurrency),
    memory: byType((type) => own[memoryKey(type)] ?? registry[type].limits.memory_mb),
    warmThroughput: warmThroughput(own),
    httpApi: httpApiSettingsOf(own),
    network: networkOf(own),
    ...(own.alarmEmail !== undefined && { alarmEmail: own.alarmEmail }),
    ...(own.restoredStream !== undefined && { restoredStream: own.restoredStream }),
  };
}

const warmThroughput = ({
  warmReads,
  warmWrites,
}: {
  warmReads?: number | undefined;
  warmWrites?: number | undefined;
}) =>
  warmReads === undefined && warmWrites === undefined
    ? undefined
    : {
        ...(warmReads !== undefined && { readUnitsPerSecond: warmReads }),
        ...(warmWrites !== undefined && { writeUnitsPerSecond: warmWrites }),
      };

const byType = <Value>(value: (type: JobType) => Value) =>
  Object.fromEntries(jobTypes.map((type) => [type, value(type)])) as Record<JobType, Value>;

const settingFaults = (error: z.ZodError): string[] =>
  faultsOf(error).map(({ pointer, detail }) => `${prefix}${pointer.slice(1)}: ${detail}`);
