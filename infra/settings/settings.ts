import * as z from "zod";
import { defaultAuditDays } from "../../lambdas/core/access/audit-entry.ts";
import { defaultStartsPerSecond } from "../../lambdas/core/job/due-time.ts";
import { finalEvents, type JobEventName, jobEvents } from "../../lambdas/core/job/job-event.ts";
import { fewestShards, mostShards } from "../../lambdas/core/job/job-id.ts";
import { longestHoldSeconds } from "../../lambdas/core/job/route.ts";
import { longestWaitSeconds, mostAuditDays } from "../../lambdas/core/operations/api-limits.ts";
import { defaultAuthCacheSeconds, defaultConcurrency } from "../../lambdas/topology.ts";
import { SignInSetting } from "./sign-in.ts";
import { listed, strings, text, whole, YesNo } from "./values.ts";

/**
 * A setting of a deployment. The props of the construct, the keys of the context, the environment of the functions and the tables of
 * docs/operations/settings.md are made of it: `npm run generate` writes what is a file.
 */
export interface Setting {
  /** The heading of docs/operations/settings.md that it stands below. */
  section: Section;
  schema: z.ZodType;
  /** What it means: a sentence without its full stop. */
  doc: string;
  /** The page, below docs/operations, that says more. */
  see?: string;
  /** How the docs write its type. Default: what the schema says. */
  type?: string;
  /** Its type in TypeScript. Default: what the schema says. */
  ts?: string;
  /** How the docs write its default. Default: that of the schema, or "none". */
  fallback?: string;
  /** The variable that holds it, and the functions that have it. */
  env?: { name: string; of: FunctionGroup };
}

export type Section = "The deployment" | "Running jobs" | "The API" | "Logs, alarms and traces" | "VPC";

/** `jobs`: every function that works with jobs. */
export type FunctionGroup = "jobs" | "api" | "consumer";

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

/** Powers of two: the number is taken from the last digits of a job's id, which are hexadecimal. */
const shardCounts = [8, 16, 32, 64, 128, 256];
const Shards = whole(fewestShards, mostShards).refine((shards) => shardCounts.includes(shards), {
  error: `must be one of ${shardCounts.join(", ")}`,
});
const powerOfTwo = `power of two, ${fewestShards} to ${mostShards}`;

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

const ids = (prefix: string, what: string) => strings(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), what);

/** Settings with one value, in the order of the docs. Each is given as `--context jobs:<name>=<value>` or in cdk.json. */
export const settings = {
  stage: {
    section: "The deployment",
    schema: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,19}$/,
        "must be 1 to 20 lower-case letters, digits and hyphens that start with a letter",
      )
      .default("prod"),
    doc: "part of the stacks' names: deployments of different stages live side by side in an account and Region",
  },
  retentionDays: {
    section: "The deployment",
    schema: whole(1, 3650).default(30),
    doc: "days for which a finished job can be read. A lower number deletes older results above 4 KB within days, also of jobs that have ended before, which stay listed until their former time",
    see: "../api.md#get-v1jobsid",
    env: { name: "RETENTION_DAYS", of: "jobs" },
  },
  auditDays: {
    section: "The deployment",
    schema: whole(1, mostAuditDays).default(defaultAuditDays),
    doc: "days for which the audit shows who has changed what",
    see: "audit.md",
    env: { name: "AUDIT_DAYS", of: "api" },
  },
  auditLockDays: {
    section: "The deployment",
    // S3 keeps an object locked for 100 years at most.
    schema: whole(1, 36_500, "days").optional(),
    doc: "days for which nobody can change or remove the signed record of the audit, which is kept beside it if this is set",
    see: "audit.md#the-record",
  },
  kmsKey: {
    section: "The deployment",
    schema: text(
      /^(none|create|arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)$/,
      'must be "none", "create" or the ARN of a KMS key (not of an alias)',
    ).default("none"),
    type: "`none`, `create` or the ARN of a key",
    ts: "string | IKey",
    doc: "the KMS key that everything is encrypted with: `none` for AWS's own, `create` for a new one, or a key. The policy of a key that the same app creates is extended",
    see: "encryption.md",
  },
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html */
  warmWrites: {
    section: "The deployment",
    schema: whole(4000, 1_000_000).optional(),
    doc: "writes per second that the table accepts from the start, without scaling up to them",
    see: "quotas.md",
  },
  warmReads: {
    section: "The deployment",
    schema: whole(12_000, 1_000_000).optional(),
    doc: "the same for reads",
  },
  restoredStream: {
    section: "The deployment",
    schema: text(
      /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\d:T.-]+$/,
      "must be the ARN of a table's stream",
    ).optional(),
    type: "ARN of a table's stream",
    doc: "the stream of a restored table, with which the service works in place of the table that it creates",
    see: "restore.md",
  },
  maxConcurrency: {
    section: "Running jobs",
    schema: Concurrency.default(defaultConcurrency),
    ts: "number | PerType<number>",
    doc: "consumers per job type that run at the same time, each with up to 10 jobs",
  },
  longestWaitMs: {
    section: "Running jobs",
    schema: whole(1000, 20_000, "milliseconds").default(1000),
    doc: "how long a consumer may wait in process for a job's time, which is billed, instead of sending an early message again",
    env: { name: "LONGEST_WAIT_MS", of: "consumer" },
  },
  holdSeconds: {
    section: "Running jobs",
    schema: whole(0, longestHoldSeconds, "seconds").default(0),
    doc: "how long before their time messages reach consumers, which hold them in process, billed",
    see: "herds.md",
    env: { name: "HOLD_SECONDS", of: "consumer" },
  },
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
  schedulerStartsPerSecond: {
    section: "Running jobs",
    schema: whole(1, 1_000_000).default(defaultStartsPerSecond),
    doc: 'schedules per second that EventBridge Scheduler starts in this account and Region: its quota "Invocations throttle limit"',
    see: "herds.md",
    env: { name: "SCHEDULER_STARTS_PER_SECOND", of: "jobs" },
  },
  // With 8, a herd of 100,000 jobs would end 16 s late instead of 14.4. The default is no more than the version before reads by default
  // (docs/operations/upgrade.md#roll-back).
  indexShards: {
    section: "Running jobs",
    schema: Shards.default(16),
    type: powerOfTwo,
    doc: "partitions of the index per product, env and phase to which jobs are written",
    see: "herds.md",
    env: { name: "INDEX_SHARDS", of: "jobs" },
  },
  indexShardsRead: {
    section: "Running jobs",
    schema: Shards.default(16),
    type: powerOfTwo,
    doc: "partitions that are read, at least as many; raised one deployment before `indexShards`, so that this one can be rolled back",
    see: "herds.md",
    env: { name: "INDEX_SHARDS_READ", of: "jobs" },
  },
  publish: {
    section: "Running jobs",
    schema: Transitions.default(finalEvents),
    type: "list of transitions, or `none`",
    ts: 'readonly JobEventName[] | "none"',
    fallback: "the final ones",
    doc: "the transitions of jobs that are published on the bus; each event costs",
    see: "../events.md#the-bus",
  },
  auth: {
    section: "The API",
    schema: z.enum(["key", "iam"], 'must be "key" or "iam"').default("key"),
    doc: "who may call the API: bearers of a `key`, or AWS callers whose policies allow it (`iam`, SigV4)",
    see: "keys.md#iam-instead-of-keys",
  },
  signIn: {
    section: "The API",
    schema: SignInSetting.optional(),
    type: "list of issuers with rules",
    ts: "SignInIssuers",
    doc: "who vouches for people, by OpenID Connect, and what people may do of whom it says what",
    see: "sign-in.md",
  },
  authCacheSeconds: {
    section: "The API",
    schema: whole(0, 3600, "seconds").default(defaultAuthCacheSeconds),
    doc: "how long API Gateway remembers the answer for a key: a revoked key may work that long",
    see: "keys.md#revoke-a-key",
  },
  rateLimit: {
    section: "The API",
    schema: whole(1, 10_000).default(1000),
    doc: "requests per second that the API accepts; what exceeds it is answered 429",
  },
  burstLimit: {
    section: "The API",
    schema: whole(1, 5000).default(2000),
    doc: "requests that it accepts at once in addition",
  },
  apiConcurrency: {
    section: "The API",
    schema: whole(1, 10_000).optional(),
    doc: "concurrent executions of the API function, reserved from what the account has",
  },
  longestHoldSeconds: {
    section: "The API",
    schema: whole(1, longestWaitSeconds, "seconds").default(longestWaitSeconds),
    doc: "how long a response may be held back while it waits for a job (`?wait`), however long its caller wants to wait",
    env: { name: "LONGEST_HOLD_SECONDS", of: "api" },
  },
  accountConcurrency: {
    section: "The API",
    schema: whole(10, 1_000_000).optional(),
    fallback: "1000",
    doc: 'functions that the account runs at a time in the Region: Lambda\'s quota "Concurrent executions", 10 in many new accounts. `ductape-jobs doctor` reads it',
    see: "#waiting-requests",
  },
  waitsPerKey: {
    section: "The API",
    schema: whole(0, 10_000).optional(),
    fallback: "a fifth of `accountConcurrency`",
    doc: "approximate number of requests per key that may wait for jobs at the same time; 0 means no limit",
    env: { name: "WAITS_PER_KEY", of: "api" },
  },
  largestUploadMb: {
    section: "The API",
    schema: whole(1, 5120, "mebibytes").default(1024),
    doc: "the largest file that may be uploaded; 5120 is what S3 accepts in one request",
    env: { name: "LARGEST_UPLOAD_MB", of: "api" },
  },
  corsOrigins: {
    section: "The API",
    schema: strings(
      /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
      'must be origins like https://app.example.com, without a path or a slash at the end, or "*" for any',
    ).optional(),
    type: "list of origins, or `*`",
    ts: "readonly string[]",
    doc: "origins of web pages that may call the API from a browser, and use the links to files that it answers",
    see: "#cors",
  },
  dashboard: {
    section: "The API",
    schema: YesNo.optional(),
    fallback: "`true`, and `false` with `iam`",
    doc: "whether the API serves the dashboard at `/`; with `iam` it cannot, since no key opens the page there",
    see: "#dashboard",
  },
  domainName: {
    section: "The API",
    schema: text(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
      "must be a name like jobs.example.com",
    ).optional(),
    type: "domain name",
    doc: "another domain name for the API, besides the one that AWS assigns. It needs `certificateArn`",
    see: "#domain",
  },
  certificateArn: {
    section: "The API",
    schema: text(
      /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
      "must be the ARN of an ACM certificate",
    ).optional(),
    type: "ARN of an ACM certificate",
    doc: "the certificate for that name, in the Region of the deployment",
  },
  logLevel: {
    section: "Logs, alarms and traces",
    schema: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
    doc: "the lowest level that functions log; metrics are always logged",
  },
  logDays: {
    section: "Logs, alarms and traces",
    schema: LogDays.default(30),
    type: "days, 1 to 3653: 1, 3, 5, 7, 14, 30, 60, 90 ...",
    doc: "how long logs are kept; one of the periods that CloudWatch Logs offers",
  },
  alarms: {
    section: "Logs, alarms and traces",
    schema: Alarms.default("joined"),
    type: "`joined`, `each` or `false`",
    ts: '"joined" | "each" | false',
    doc: "`joined`: one of each kind, about 26 resources; `each`: one per queue, function and rule, about 74; `false`: none, and no `alarmTopic`",
  },
  alarmEmail: {
    section: "Logs, alarms and traces",
    schema: text(z.regexes.email, "must be an e-mail address").optional(),
    type: "e-mail address",
    doc: "where alarms are sent; the address must confirm once",
  },
  // Samples cost, and in a quiet system every request is one.
  tracing: {
    section: "Logs, alarms and traces",
    schema: YesNo.default(false),
    doc: "whether X-Ray traces the functions",
  },
  otlpEndpoint: {
    section: "Logs, alarms and traces",
    schema: text(
      /^https:\/\/[^\s?#@]+$/,
      "must be the https URL at which a collector takes traces, such as https://collector.example.com/v1/traces",
    ).optional(),
    type: "https URL",
    doc: "where the spans of jobs are exported to (OTLP/HTTP with JSON)",
    see: "traces.md#spans",
  },
  otlpSecret: {
    section: "Logs, alarms and traces",
    schema: text(/^[\w/+=.@-]{1,512}$/, "must be the name of a secret").optional(),
    type: "name of a secret",
    doc: "the secret of Secrets Manager that has the headers for it, as `name=value` with commas between them",
    see: "traces.md#spans",
  },
  subnetIds: {
    section: "VPC",
    schema: ids("subnet", "must be ids of subnets").optional(),
    type: "list of subnet ids",
    ts: "readonly string[]",
    doc: "the private subnets in which database actions run",
  },
  securityGroupIds: {
    section: "VPC",
    schema: ids("sg", "must be ids of security groups").optional(),
    type: "list of security group ids",
    ts: "readonly string[]",
    doc: "security groups that the database admits",
  },
  vpcId: {
    section: "VPC",
    schema: text(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be the id of a VPC").optional(),
    type: "id of a VPC",
    doc: "the VPC in which to create a security group if none is given",
  },
} as const satisfies Record<string, Setting>;

/** Settings with a value per job type: `jobs:<name>.<type>`, or an object of types as a prop. */
export const settingsPerType = {
  maxConcurrency: {
    section: "Running jobs",
    schema: Concurrency,
    fallback: "`jobs:maxConcurrency`",
    doc: "consumers of one job type that run at the same time",
  },
  /** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  memory: {
    section: "Running jobs",
    schema: whole(128, 10_240, "megabytes"),
    fallback: "512 for `storage`, 320 for `feature`, 256 for the others",
    doc: "memory of the consumer of one job type; new accounts often allow 3008 at most",
  },
  batchSize: {
    section: "Running jobs",
    schema: whole(1, 100),
    fallback: "10",
    doc: "messages per invocation of one type's consumer; more than 10 are gathered for a second, by which jobs due now are late",
  },
  // Each has up to ten batches under way. Without any, Lambda starts with five batches and adds up to 300 per minute.
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
  pollers: {
    section: "Running jobs",
    schema: whole(2, 200),
    doc: "pollers of one type's queue that are always ready, and billed by the hour",
    see: "herds.md",
  },
} as const satisfies Record<string, Setting>;
