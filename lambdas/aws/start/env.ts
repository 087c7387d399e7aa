import * as z from "zod";
import { defaultAuditDays } from "../../core/access/audit-entry.ts";
import { defaultStartsPerSecond } from "../../core/job/due-time.ts";
import { type JobType, jobTypes } from "../../core/job/job.ts";
import { type JobEventName, jobEvents } from "../../core/job/job-event.ts";
import { fewestShards, mostShards } from "../../core/job/job-id.ts";
import { longestHoldSeconds } from "../../core/job/route.ts";
import { type ApiLimits, longestWaitSeconds, mostAuditDays } from "../../core/operations/api-limits.ts";
import { type Deployment, startOfName } from "../../core/operations/deployment.ts";

/*
 * One environment schema per entry. Each is a function, so that a Lambda makes only its own.
 */

export const fromJson = () =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue("is not JSON");
      return z.NEVER;
    }
  });

/** A whole number, which an environment holds as a string. */
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.string().transform(Number).pipe(z.int().min(least).max(most));

/**
 * An address that deployments of version 0.3.0 did not set. Lambda changes the code of a function and its settings one after the other, so
 * that the first invocations of new code may find the settings of the version before: they do what needs no such address, and the rest
 * fails for now (`deployed`).
 */
const laterUrl = () => z.url().optional();

/**
 * The same, or the name of a queue beside those of the types: `queueUrl` completes it. An environment has 4 KB, which the whole URLs of all
 * queues would not leave room in.
 */
const laterQueue = () => z.union([z.url(), z.string().regex(/^[\w-]+$/)]).optional();

/** `{"<type>": <megabytes>}` as JSON: the memory of consumers for which the deployment sets another than their types do. */
const ConsumerMemory = () =>
  fromJson()
    .pipe(z.partialRecord(z.enum(jobTypes), z.int().min(128)))
    .optional();

/** The queue of each job type. */
const Queues = () => z.record(z.enum(jobTypes), z.object({ url: z.url(), arn: z.string().optional() }));
export type QueueUrls = z.infer<ReturnType<typeof Queues>>;
export type Queues = Record<JobType, { url: string; arn: string }>;

/** The ARN of the role that delivers each job type's schedules. */
const ScheduleRoles = () => z.record(z.enum(jobTypes), z.string().min(1));
export type ScheduleRoles = z.infer<ReturnType<typeof ScheduleRoles>>;

/** The environment of every entry that works with jobs. */
export const JobsEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    BUCKET_NAME: z.string().min(1),
    /** How many days a finished job is kept. */
    RETENTION_DAYS: whole(1).default(30),
    /** How many partitions of the index a tenant's jobs of a phase are spread over when they are written: a power of two. */
    INDEX_SHARDS: whole(fewestShards, mostShards).default(fewestShards),
    /** How many of them are read. */
    INDEX_SHARDS_READ: whole(fewestShards, mostShards).default(fewestShards),
    /** How many schedules EventBridge Scheduler starts per second in this account and Region. */
    SCHEDULER_STARTS_PER_SECOND: whole(1).default(defaultStartsPerSecond),
    /**
     * `{"<type>": {"url"}}` as JSON. Without an ARN it is that of `SCHEDULE_DLQ_ARN` with the queue's name: an environment has 4 KB, which
     * the ARNs of all types would not leave room in.
     */
    QUEUES: fromJson().pipe(Queues()),
    /** The queue of the pump, which takes the ticks of the lines of limits. */
    PUMP_QUEUE_URL: laterQueue(),
    SCHEDULE_GROUP: z.string().min(1),
    /** The group that an earlier version of the deployment used; it may still contain schedules of pending jobs. */
    EARLIER_SCHEDULE_GROUP: z.string().min(1).optional(),
    /** `{"<type>": "<ARN>"}` as JSON: the roles that EventBridge Scheduler assumes, each to send to the queue of its type. */
    SCHEDULE_ROLES: fromJson().pipe(ScheduleRoles()),
    /** The queue for messages that EventBridge Scheduler could not deliver. */
    SCHEDULE_DLQ_ARN: z.string().min(1),
  });
export type JobsEnv = z.infer<ReturnType<typeof JobsEnv>>;

/** The URL of a queue that `laterQueue` has read: one of the same account and Region as those of the types. */
export const queueUrl = ({ QUEUES }: JobsEnv, queue: string | undefined): string | undefined =>
  queue === undefined ? undefined : new URL(queue, QUEUES.action.url).href;

/** For how many days entries of the audit are kept. */
export const AuditDays = () => whole(1, mostAuditDays).default(defaultAuditDays);

export const ApiEnv = () =>
  JobsEnv().extend({
    /** The largest upload, in megabytes of 1,048,576 bytes. */
    LARGEST_UPLOAD_MB: whole(1, 5120).default(1024),
    /** The most seconds that a request may wait for a job. */
    LONGEST_HOLD_SECONDS: whole(1, longestWaitSeconds).default(longestWaitSeconds),
    /** How many requests of one key may wait for jobs at a time; 0 for no limit. */
    WAITS_PER_KEY: whole(0).default(200),
    AUDIT_DAYS: AuditDays(),
    /** The queue of imports, which takes the turns of operations on many jobs too. */
    IMPORT_QUEUE_URL: laterQueue(),
    /** The queue of deliveries to webhook endpoints. */
    WEBHOOK_QUEUE_URL: laterQueue(),
    CONSUMER_MEMORY: ConsumerMemory(),
    /** What the names of the consumers' log groups begin with (`startOfName`), and the rest of each: for links to the AWS console. */
    LOG_GROUPS: z.string().optional(),
  });
export type ApiEnv = z.infer<ReturnType<typeof ApiEnv>>;

export const apiLimitsOf = (env: ApiEnv): ApiLimits => ({
  uploadBytes: env.LARGEST_UPLOAD_MB * 1024 ** 2,
  waitSeconds: env.LONGEST_HOLD_SECONDS,
  waitsPerKey: env.WAITS_PER_KEY,
  auditDays: env.AUDIT_DAYS,
});

/** Where the API runs in AWS; undefined where its environment does not say so. */
export function deploymentOf(env: ApiEnv): Deployment | undefined {
  const { LOG_GROUPS = "", SCHEDULE_DLQ_ARN, TABLE_NAME: table, SCHEDULE_GROUP: schedule_group, QUEUES } = env;
  const [start = "", ...rests] = LOG_GROUPS.split(" ");
  if (rests.length === 0) return undefined;
  const [, , , region = "", account = ""] = SCHEDULE_DLQ_ARN.split(":");
  const log_groups = byType((type, i) => startOfName(start, type) + rests[i]);
  return { region, account, table, schedule_group, log_groups, queues: byType((type) => QUEUES[type].url) };
}

const byType = (value: (type: JobType, i: number) => string) =>
  Object.fromEntries(jobTypes.map((type, i) => [type, value(type, i)])) as Record<JobType, string>;

export const ConsumerEnv = () =>
  JobsEnv().extend({
    /** The longest time that a consumer holds a message until its job is due; this is billed Lambda time. */
    LONGEST_WAIT_MS: whole(1000, 20_000).default(1000),
    /** How many seconds before their time messages of jobs come back at the earliest, to be held in process until then. */
    HOLD_SECONDS: whole(0, longestHoldSeconds).default(0),
    /** The function's memory in megabytes, which limits how much its jobs load at a time. */
    MEMORY_MB: whole(128, 10_240).default(256),
    /** Whether jobs note that they begin to wait for a slot: `true` where the event `waiting` is wanted. */
    NOTE_WAITS: z.enum(["true", "false"]).default("false"),
    /** The URL of the API, below which people decide on approvals, without a slash at its end. */
    API_URL: laterUrl(),
    /** The Secrets Manager secret with the keys of the addresses at which they do. Later than version 0.3.0, as their URL is. */
    APPROVAL_SECRET: z.string().min(1).optional(),
  });

/** Where the team's own code runs. */
export const CodeEnv = () =>
  z.object({
    /** What the names of the functions with the code of the products begin with (`codeFunctionName`). */
    CODE_PREFIX: z.string().default(""),
    /** The queue of what code answers that nobody waits for. Absent: each answer is waited for. */
    CODE_ANSWER_QUEUE_URL: z.url().optional(),
    AWS_REGION: z.string().default("us-east-1"),
  });

export const SecretsEnv = () =>
  z.object({
    /** Appended to the fault of a missing credential: says where the values are if they are not in AWS. */
    SECRETS_HINT: z.string().optional(),
  });

/** What a deployment sets for the reconciler. */
export const FollowerEnv = () =>
  JobsEnv().extend({
    /** A hash of the schedules of the catalog, which are followed when it changes; `off` leaves them alone, `code` takes those of the code. */
    SCHEDULES: z.string().min(1).default("off"),
    RELAY_QUEUE_URL: laterUrl(),
    IMPORT_QUEUE_URL: laterUrl(),
  });

export const ReconcilerEnv = () =>
  FollowerEnv().extend({
    /** Only where the catalog has budgets. Later than version 0.3.0. */
    CONSUMER_MEMORY: ConsumerMemory(),
    /** Names the deployed code of the reconciler, the catalog included. Empty elsewhere. */
    DEPLOYED_CODE: z.string().default(""),
    /** How many milliseconds after its time a job that has not started is dispatched again. */
    RECONCILE_GRACE_MS: whole(1000).default(60_000),
  });

/** The environment of the function that sends kept messages. */
export const RelayEnv = () => JobsEnv().pick({ TABLE_NAME: true, QUEUES: true }).extend({ RELAY_QUEUE_URL: z.url() });
export type RelayEnv = z.infer<ReturnType<typeof RelayEnv>>;

export const IntakeEnv = () =>
  JobsEnv().extend({
    EVENT_BUS_NAME: z.string().min(1),
    INTAKE_QUEUE_URL: z.url(),
    /** The queue for messages that are refused, or that could not be scheduled for hours. */
    INTAKE_DLQ_URL: z.url(),
    IMPORT_QUEUE_URL: z.url(),
    /** The queue of outcomes and heartbeats for Step Functions. */
    TASK_QUEUE_URL: z.url(),
  });
export type IntakeEnv = z.infer<ReturnType<typeof IntakeEnv>>;

/** The environment of the function that takes deliveries of hooks. */
export const HooksEnv = () => JobsEnv();
export type HooksEnv = z.infer<ReturnType<typeof HooksEnv>>;

export const LifecycleEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    /** The bucket with the inputs and the progress of jobs, which are deleted when they are no longer needed. */
    BUCKET_NAME: z.string().min(1),
    EVENT_BUS_NAME: z.string().min(1),
    /** The transitions to publish, separated by commas; may be empty. */
    PUBLISH: z
      .string()
      .transform((text) => text.split(",").filter(Boolean) as JobEventName[])
      .pipe(z.array(z.enum(jobEvents))),
    /** The queue of outcomes and heartbeats for Step Functions. */
    TASK_QUEUE_URL: z.url(),
    WEBHOOK_QUEUE_URL: z.url(),
    /** The queue of the jobs of features: messages wake them. */
    FEATURE_QUEUE_URL: laterUrl(),
    /** The queue for what the bus or one of these queues refuses permanently. */
    LIFECYCLE_DLQ_URL: z.url(),
  });
export type LifecycleEnv = z.infer<ReturnType<typeof LifecycleEnv>>;

/** What every entry that works with jobs has besides where the catalog seals values by which jobs are found: the secret with the keys. */
export const SealEnv = () => z.object({ SEAL_SECRET: z.string().min(1).optional() });
export type SealEnv = z.infer<ReturnType<typeof SealEnv>>;

/** What every entry that works with jobs has besides where spans are exported: each job has a trace then. */
export const TracesEnv = () => z.object({ TRACES: z.literal("true").optional() });

/** Where the function behind the stream exports spans to, if the deployment says so. */
export const SpansEnv = () =>
  z.object({
    OTLP_ENDPOINT: z.url().optional(),
    /** The secret with the headers that the endpoint asks for. */
    OTLP_SECRET: z.string().min(1).optional(),
  });
export type SpansEnv = z.infer<ReturnType<typeof SpansEnv>>;

/** What the same function has besides where the catalog has alerts: for the jobs that tell receivers, as in `JobsEnv`. */
export const AlertingEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    QUEUES: fromJson().pipe(Queues()),
    RETENTION_DAYS: whole(1).default(30),
    INDEX_SHARDS: whole(fewestShards, mostShards).default(fewestShards),
    INDEX_SHARDS_READ: whole(fewestShards, mostShards).default(fewestShards),
  });
export type AlertingEnv = z.infer<ReturnType<typeof AlertingEnv>>;

/** The environment of the function that answers tasks of Step Functions. */
export const TasksEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    BUCKET_NAME: z.string().min(1),
    TASK_QUEUE_URL: z.url(),
    TASK_DLQ_URL: z.url(),
  });
export type TasksEnv = z.infer<ReturnType<typeof TasksEnv>>;

/** The environment of the function that sends webhooks. */
export const WebhooksEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    EVENT_BUS_NAME: z.string().min(1),
    WEBHOOK_QUEUE_URL: z.url(),
    WEBHOOK_DLQ_URL: z.url(),
    /** For how many days finished jobs are kept: what was sent is for no longer. */
    RETENTION_DAYS: whole(1).default(30),
  });
export type WebhooksEnv = z.infer<ReturnType<typeof WebhooksEnv>>;

export const AuthorizerEnv = () =>
  z.object({
    /** The table with the keys that were created with `npm run keys`. */
    TABLE_NAME: z.string().min(1),
    /** The Secrets Manager secret with the API key that the deployment created. */
    API_KEY_SECRET: z.string().min(1),
  });
export type AuthorizerEnv = z.infer<ReturnType<typeof AuthorizerEnv>>;

/** The environment of the function that serves the pages of approvals. */
export const ApproveEnv = () =>
  z.object({
    TABLE_NAME: z.string().min(1),
    /** The queue of the jobs of features: a decision wakes one. */
    FEATURE_QUEUE_URL: z.url(),
    /** The Secrets Manager secret with the keys of the addresses at which people decide. */
    APPROVAL_SECRET: z.string().min(1),
    AUDIT_DAYS: AuditDays(),
  });
export type ApproveEnv = z.infer<ReturnType<typeof ApproveEnv>>;

/** The environment of the function that keeps the record of the audit. */
export const AuditRecordEnv = () =>
  z.object({
    /** The bucket whose objects can be neither changed nor removed for a time. */
    AUDIT_BUCKET: z.string().min(1),
    /** The KMS key that signs: its ARN. */
    AUDIT_KEY: z.string().min(1),
  });
export type AuditRecordEnv = z.infer<ReturnType<typeof AuditRecordEnv>>;

/** The environment of the function that keeps the index of the search. */
export const IndexerEnv = () => z.object({ TABLE_NAME: z.string().min(1), RETENTION_DAYS: whole(1).default(30) });
export type IndexerEnv = z.infer<ReturnType<typeof IndexerEnv>>;

export const DashboardEnv = () =>
  z.object({
    /** The folder of the built page: an absolute path, or one relative to the function's bundle. */
    DASHBOARD_FOLDER: z.string().min(1),
  });
export type DashboardEnv = z.infer<ReturnType<typeof DashboardEnv>>;

/** From the most to the least verbose. */
export const logLevels = ["DEBUG", "INFO", "WARN", "ERROR", "SILENT"] as const;

/** The environment of every function's log. */
export const LogEnv = () =>
  z.object({
    /** The lowest level that is logged. */
    LOG_LEVEL: z.enum(logLevels).default("INFO"),
    /** The CloudWatch namespace of the metrics. */
    METRICS_NAMESPACE: z.string().min(1).default("ductape-jobs"),
  });

/**
 * The trace id of the current invocation, if X-Ray samples its trace. Lambda sets the variable anew for each invocation.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function sampledTraceId(): string | undefined {
  const header = process.env._X_AMZN_TRACE_ID;
  return header?.includes("Sampled=1") ? /Root=([^;]+)/.exec(header)?.[1] : undefined;
}

/** The variables that infra must set for an entry, as strings. */
export type EnvOf<Make extends () => z.ZodObject> = { [Name in keyof z.input<ReturnType<Make>>]: string };

/** Reads an entry's environment. Throws one error that lists every fault and shows no value. */
export function readEnv<Schema extends z.ZodObject>(make: () => Schema): z.output<Schema> {
  // The environment is parsed only once, for which it would take longer to compile the parser, as zod does by default.
  const parsed = make().safeParse(process.env, { jitless: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`This function's environment is not valid. ${faults.join("; ")}`);
}
