import type { Node } from "constructs";
import type * as z from "zod";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import { defined } from "../../lambdas/core/kernel/defined.ts";
import { faultsOf, strict } from "../../lambdas/core/kernel/schema.ts";
import { checkDependencies } from "./depends.ts";
import { queuePlans } from "./plans.ts";
import { type FunctionGroup, settings, settingsPerType } from "./settings.ts";
import { SetupError } from "./setup-error.ts";

/** Marks the settings among the context keys of the CDK, so that an unknown one is noticed as a typing error. */
const prefix = "jobs:";

type Single = typeof settings;
type PerType = typeof settingsPerType;
type PerTypeKey = `${keyof PerType}.${JobType}`;

const single = Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])) as {
  [Name in keyof Single]: Single[Name]["schema"];
};
const perType = Object.fromEntries(
  Object.entries(settingsPerType).flatMap(([name, { schema }]) =>
    jobTypes.map((type) => [`${name}.${type}`, schema.optional()]),
  ),
) as Record<PerTypeKey, z.ZodOptional<PerType[keyof PerType]["schema"]>>;

/** Every setting of a deployment, by its key of the context. */
export const Settings = strict({ ...single, ...perType }).superRefine(checkDependencies, { when: () => true });

/** Where the consumer of database actions runs. The other functions run outside of the VPC. */
export interface Network {
  subnetIds: readonly string[];
  /** Absent: a security group is created in the VPC. */
  securityGroupIds: readonly string[] | undefined;
  vpcId: string | undefined;
}

/** The settings as the constructs need them: those of one thing together, and every default known. */
export interface Config
  extends Omit<
    z.output<typeof Settings>,
    keyof Network | "maxConcurrency" | "corsOrigins" | "waitsPerKey" | "dashboard"
  > {
  maxConcurrency: Record<JobType, number>;
  /** Megabytes. */
  memory: Record<JobType, number>;
  /** The same of those that have another memory than that of their type. */
  ownMemory: Partial<Record<JobType, number>>;
  batchSize: Record<JobType, number>;
  /** Absent: Lambda scales the pollers by itself. */
  pollers: Partial<Record<JobType, number>>;
  corsOrigins: readonly string[];
  waitsPerKey: number;
  dashboard: boolean;
  domain: { name: string; certificateArn: string } | undefined;
  /** Of the table and its index. Absent: the AWS default for a new table. */
  warmThroughput: { readUnitsPerSecond?: number; writeUnitsPerSecond?: number } | undefined;
  /** Of the consumer of database actions. Absent: it runs outside of any VPC of the team's. */
  network: Network | undefined;
}

/** Of ten functions two may wait, and of a thousand two hundred: the others run what they wait for. */
const waitsWithin = (concurrency: number): number => Math.min(10_000, Math.floor(concurrency / 5));

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
  const own = parsed.data;
  const { warmReads, warmWrites, domainName, certificateArn, subnetIds, securityGroupIds, vpcId } = own;
  const of = (name: keyof PerType, type: JobType) => own[`${name}.${type}`];
  return {
    ...own,
    indexShardsRead: Math.max(own.indexShards, own.indexShardsRead),
    maxConcurrency: byType((type) => of("maxConcurrency", type) ?? own.maxConcurrency),
    memory: byType((type) => of("memory", type) ?? registry[type].limits.memory_mb),
    ownMemory: defined(byType((type) => of("memory", type))),
    batchSize: byType((type) => of("batchSize", type) ?? queuePlans[type].batchSize),
    pollers: defined(byType((type) => of("pollers", type))),
    corsOrigins: own.corsOrigins ?? [],
    waitsPerKey: own.waitsPerKey ?? waitsWithin(own.accountConcurrency ?? 1000),
    dashboard: own.dashboard ?? own.auth === "key",
    domain: domainName && certificateArn ? { name: domainName, certificateArn } : undefined,
    warmThroughput:
      warmReads === undefined && warmWrites === undefined
        ? undefined
        : defined({ readUnitsPerSecond: warmReads, writeUnitsPerSecond: warmWrites }),
    network: subnetIds && { subnetIds, securityGroupIds, vpcId },
  };
}

type WithEnv<Group extends FunctionGroup> = {
  [Name in keyof Single]: Single[Name] extends { env: { of: Group } } ? Name : never;
}[keyof Single];
type EnvName<Group extends FunctionGroup> = {
  [Name in WithEnv<Group>]: Single[Name] extends { env: { name: infer Env extends string } } ? Env : never;
}[WithEnv<Group>];

/** The settings that a group of functions reads from its environment. */
export const environmentOf = <Group extends FunctionGroup>(group: Group, config: Config) =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, setting]) =>
      "env" in setting && setting.env.of === group ? [[setting.env.name, String(config[name as WithEnv<Group>])]] : [],
    ),
  ) as Record<EnvName<Group>, string>;

const byType = <Value>(value: (type: JobType) => Value) =>
  Object.fromEntries(jobTypes.map((type) => [type, value(type)])) as Record<JobType, Value>;

const settingFaults = (error: z.ZodError): string[] =>
  faultsOf(error).map(({ pointer, detail }) => `${prefix}${pointer.slice(1)}: ${detail}`);
