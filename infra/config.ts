import type { Node } from "constructs";
import * as z from "zod";
import { registry } from "../lambdas/consumers/registry.ts";
import { type JobType, jobTypes } from "../lambdas/core/job.ts";
import { finalEvents, type JobEventName, jobEvents } from "../lambdas/core/job-event.ts";
import { faultsOf, strict } from "../lambdas/core/schema.ts";
import { SetupError } from "./setup-error.ts";

/** Our settings among the context keys of the CDK, so that a slip of the pen in one of them is noticed. */
const prefix = "jobs:";

/** A whole number; `cdk --context` passes text, cdk.json numbers. */
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  const toNumber = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value);
  return z.preprocess(toNumber, z.int({ error }).min(min, { error }).max(max, { error }));
};

/** Transitions of jobs: text with commas on the command line, a list in cdk.json. */
const Transitions = z.preprocess(
  (value) =>
    typeof value === "string" ? value.split(/[\s,]+/).filter((name) => name !== "" && name !== "none") : value,
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

const concurrencyKey = <T extends JobType>(type: T) => `maxConcurrency.${type}` as const;

const perType = Object.fromEntries(
  Object.keys(registry).map((type) => [concurrencyKey(type as JobType), Concurrency.optional()]),
) as Record<ReturnType<typeof concurrencyKey<JobType>>, z.ZodOptional<typeof Concurrency>>;

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
  ...perType,
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
});

export interface Config {
  stage: string;
  retentionDays: number;
  maxConcurrency: Record<JobType, number>;
  longestWaitMs: number;
  publish: readonly JobEventName[];
  tracing: boolean;
  logLevel: (typeof logLevels)[number];
  logDays: number;
}

/** The settings of an app. Throws a SetupError that names every unknown or bad one. */
export function readConfig(node: Node): Config {
  const context = Object.entries(node.getAllContext() as Record<string, unknown>);
  const ours = context
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);
  const parsed = Settings.safeParse(Object.fromEntries(ours));
  if (!parsed.success) throw new SetupError("Settings are not valid:", settingFaults(parsed.error));
  const {
    stage,
    retentionDays,
    longestWaitMs,
    publish,
    tracing,
    logLevel,
    logDays,
    maxConcurrency: usual,
    ...own
  } = parsed.data;
  const maxConcurrency = Object.fromEntries(jobTypes.map((type) => [type, own[concurrencyKey(type)] ?? usual]));
  const concurrency = maxConcurrency as Record<JobType, number>;
  return { stage, retentionDays, longestWaitMs, publish, tracing, logLevel, logDays, maxConcurrency: concurrency };
}

const settingFaults = (error: z.ZodError): string[] =>
  faultsOf(error).map(({ pointer, detail }) => `${prefix}${pointer.slice(1)}: ${detail}`);
