import type { Node } from "constructs";
import * as z from "zod";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import { finalEvents, type JobEventName, jobEvents } from "../../lambdas/core/job/job-event.ts";
import { faultsOf, strict } from "../../lambdas/core/schema/schema.ts";
import { checkDependencies } from "./depends.ts";
import { type HttpApiSettings, httpApiSettings, httpApiSettingsOf } from "./http-api.ts";
import { type Network, networkOf, networkSettings } from "./network.ts";
import { SetupError } from "./setup-error.ts";
import { listed, whole } from "./values.ts";

/** Our settings among the context keys of the CDK, so that a slip of the pen in one of them is noticed. */
const prefix = "jobs:";

/** Transitions of jobs: text with commas on the command line, a list in cdk.json. */
const Transitions = z.preprocess(
  (value) => (value === "none" ? [] : listed(value)),
  z.custom<readonly JobEventName[]>(
    (value) => Array.isArray(value) && value.every((name) => jobEvents.includes(name)),
    `must be "none" or some of ${jobEvents.join(", ")}`,
  ),
);

/** `cdk --context` passes text, cdk.json true and false. */
const YesNo = z.preprocess(
  (value) => (value === "true" || value === "false" ? value === "true" : value),
  z.boolean({ error: "must be true or false" }),
);

/**
 * The bounds of a queue's event source.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
 */
const Concurrency = whole(2, 1000);

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const Memory = whole(128, 10_240);

const concurrencyKey = <T extends JobType>(type: T) => `maxConcurrency.${type}` as const;
const memoryKey = <T extends JobType>(type: T) => `memory.${type}` as const;

/** One optional setting a job type. */
const perType = <Key extends string, Value extends z.ZodType>(key: (type: JobType) => Key, value: Value) =>
  Object.fromEntries(Object.keys(registry).map((type) => [key(type as JobType), value.optional()])) as Record<
    Key,
    z.ZodOptional<Value>
  >;

const logLevels = ["debug", "info", "warn", "error"] as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const LogDays = whole(1, 3653).refine((days) => retentions.includes(days), {
  error: `must be one of the numbers that CloudWatch Logs knows: ${retentions.join(", ")}`,
});

/** Every setting of a deployment: what `--context jobs:<name>=<value>` and cdk.json may say. */
export const Settings = strict({
  /** Sets deployments in one account and Region apart: part of the names of the stacks. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/, "must be 1 to 20 lower-case letters, digits and hyphens that start with a letter")
    .default("prod"),
  /** Days that a finished job can be asked for. */
  retentionDays: whole(1, 3650).default(30),
  /** Consumers of one type that run at a time, each with up to 10 jobs; a type's own setting wins. */
  maxConcurrency: Concurrency.default(50),
  ...perType(concurrencyKey, Concurrency),
  /** Megabytes of the consumer of one type. Default: what its definition says. */
  ...perType(memoryKey, Memory),
  /** Milliseconds that a consumer may wait in process, billed, instead of sending an early message again. */
  longestWaitMs: whole(1000, 20_000).default(1000),
  /** The transitions of jobs that the bus is told of; each event costs. */
  publish: Transitions.default(finalEvents),
  /** Whether X-Ray traces the functions; what it samples, which is everything of a quiet system, costs. */
  tracing: YesNo.default(false),
  /** The least of what functions log. Measurements are lines too, and are written whatever this says. */
  logLevel: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
  /** Days that logs are kept. */
  logDays: LogDays.default(30),
  /** Who is sent the alarms; AWS asks the address for its consent first. */
  alarmEmail: z.email({ error: "must be an e-mail address" }).optional(),
  /** The ARN of the stream of a table that was restored: the service works with that table instead of the stack's own. */
  restoredStream: z
    .string()
    .regex(
      /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\d:T.-]+$/,
      "must be the ARN of a table's stream",
    )
    .optional(),
  /**
   * Reads and writes a second that the table takes from the start, without growing into them.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
   */
  warmReads: whole(12_000, 1_000_000).optional(),
  warmWrites: whole(4000, 1_000_000).optional(),
  /** The key of KMS for everything that is kept: `none` for AWS's own, `create` for a new one, or the ARN of one. */
  kmsKey: z
    .string()
    .regex(
      /^(none|create|arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)$/,
      'must be "none", "create" or the ARN of a key of KMS (not of an alias)',
    )
    .default("none"),
  ...httpApiSettings,
  ...networkSettings,
}).superRefine(checkDependencies, { when: () => true });

export interface Config {
  stage: string;
  retentionDays: number;
  maxConcurrency: Record<JobType, number>;
  longestWaitMs: number;
  publish: readonly JobEventName[];
  tracing: boolean;
  logLevel: (typeof logLevels)[number];
  logDays: number;
  /** Megabytes. */
  memory: Record<JobType, number>;
  /** Of the table and its index. Absent: what AWS gives a new table. */
  warmThroughput: { readUnitsPerSecond?: number; writeUnitsPerSecond?: number } | undefined;
  kmsKey: string;
  door: HttpApiSettings;
  /** Of the consumer of database actions. Absent: in no VPC of the team's. */
  network: Network | undefined;
  alarmEmail?: string;
  restoredStream?: string;
}

/** The settings of an app. Throws a SetupError that names every unknown or bad one. */
export function readConfig(node: Node): Config {
  const context = node.getAllContext() as Record<string, unknown>;
  const ours = Object.entries(context)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);
  // `-c auth=iam` is what people say; the prefix is for cdk.json, where others' settings are too.
  const { auth } = context;
  const parsed = Settings.safeParse({ ...(auth !== undefined && { auth }), ...Object.fromEntries(ours) });
  if (!parsed.success) throw new SetupError("Settings are not valid:", settingFaults(parsed.error));
  const { stage, retentionDays, longestWaitMs, publish, tracing, logLevel, logDays, kmsKey, maxConcurrency, ...own } =
    parsed.data;
  return {
    stage,
    retentionDays,
    longestWaitMs,
    publish,
    tracing,
    logLevel,
    logDays,
    kmsKey,
    maxConcurrency: byType((type) => own[concurrencyKey(type)] ?? maxConcurrency),
    memory: byType((type) => own[memoryKey(type)] ?? registry[type].limits.memory_mb),
    warmThroughput: warmThroughput(own),
    door: httpApiSettingsOf(own),
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
