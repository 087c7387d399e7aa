import * as z from "zod";
import { jobTypes } from "../../core/job/job.ts";
import { type JobEventName, jobEvents } from "../../core/job/job-event.ts";
import { type ApiLimits, longestWaitSeconds } from "../../core/operations/api-limits.ts";
import { lazy } from "../../core/schema/lazy.ts";

/*
 * One schema an entry, made when it is asked for: a function makes its own and no other.
 */

const fromJson = () =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue("is not JSON");
      return z.NEVER;
    }
  });

/** A number as an environment holds it. */
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.string().transform(Number).pipe(z.int().min(least).max(most));

/** Where each job type's queue is. */
const Queues = () => z.record(z.enum(jobTypes), z.object({ url: z.url(), arn: z.string() }));
export type Queues = z.infer<ReturnType<typeof Queues>>;

/** The ARN of the role that delivers each job type's schedules. */
const ScheduleRoles = () => z.record(z.enum(jobTypes), z.string().min(1));
export type ScheduleRoles = z.infer<ReturnType<typeof ScheduleRoles>>;

/** What every entry that works with jobs reads from its environment. */
export const JobsEnv = lazy(() =>
  z.object({
    TABLE_NAME: z.string().min(1),
    BUCKET_NAME: z.string().min(1),
    /** Days that a finished job is kept. */
    RETENTION_DAYS: whole(1).default(30),
    /** `{"<type>": {"url", "arn"}}` as JSON. */
    QUEUES: fromJson().pipe(Queues()),
    SCHEDULE_GROUP: z.string().min(1),
    /** The group's name in an earlier version of the deployment, in which jobs of that time may still have their schedules. */
    EARLIER_SCHEDULE_GROUP: z.string().min(1).optional(),
    /** `{"<type>": "<ARN>"}` as JSON: the roles that EventBridge Scheduler assumes, each to send to the queue of its type. */
    SCHEDULE_ROLES: fromJson().pipe(ScheduleRoles()),
    /** The queue that takes what the Scheduler could not deliver. */
    SCHEDULE_DLQ_ARN: z.string().min(1),
  }),
);
export type JobsEnv = z.infer<ReturnType<typeof JobsEnv>>;

export const ApiEnv = lazy(() =>
  JobsEnv().extend({
    /** Megabytes (of 1,048,576 bytes) of a file that is uploaded. */
    LARGEST_UPLOAD_MB: whole(1, 5120).default(1024),
    /** Seconds that an answer is held back for a job at most. */
    LONGEST_HOLD_SECONDS: whole(1, longestWaitSeconds).default(longestWaitSeconds),
    /** Requests of one key that wait for jobs at a time; 0 for any number. */
    WAITS_PER_KEY: whole(0).default(200),
  }),
);
export type ApiEnv = z.infer<ReturnType<typeof ApiEnv>>;

export const limitsOf = (env: ApiEnv): ApiLimits => ({
  uploadBytes: env.LARGEST_UPLOAD_MB * 1024 ** 2,
  waitSeconds: env.LONGEST_HOLD_SECONDS,
  waitsPerKey: env.WAITS_PER_KEY,
});

export const ConsumerEnv = lazy(() =>
  JobsEnv().extend({
    /** The longest a message is held in process until its time; billed Lambda time. */
    LONGEST_WAIT_MS: whole(1000, 20_000).default(1000),
    /** Megabytes that the function has: what its jobs load at a time follows from it. */
    MEMORY_MB: whole(128, 10_240).default(256),
  }),
);

export const SecretsEnv = lazy(() =>
  z.object({
    /** Ends the fault of a credential that is missing: where the values are, if they are not in AWS. */
    SECRETS_HINT: z.string().optional(),
  }),
);

export const ReconcilerEnv = lazy(() =>
  JobsEnv().extend({
    /** Milliseconds after its time that a job which has not started is handed over again. */
    RECONCILE_GRACE_MS: whole(1000).default(60_000),
  }),
);

export const IntakeEnv = lazy(() =>
  JobsEnv().extend({
    EVENT_BUS_NAME: z.string().min(1),
    INTAKE_QUEUE_URL: z.url(),
    /** Takes what is refused, and what could not be scheduled for hours. */
    INTAKE_DLQ_URL: z.url(),
    IMPORT_QUEUE_URL: z.url(),
    /** Where what is to be said to Step Functions waits. */
    TASK_QUEUE_URL: z.url(),
  }),
);
export type IntakeEnv = z.infer<ReturnType<typeof IntakeEnv>>;

export const LifecycleEnv = lazy(() =>
  z.object({
    TABLE_NAME: z.string().min(1),
    /** Where the inputs and the progress are that jobs leave behind. */
    BUCKET_NAME: z.string().min(1),
    EVENT_BUS_NAME: z.string().min(1),
    /** The transitions that are published, with commas between them; may be empty. */
    PUBLISH: z
      .string()
      .transform((text) => text.split(",").filter(Boolean) as JobEventName[])
      .pipe(z.array(z.enum(jobEvents))),
    /** Where what Step Functions is to be told waits, and what webhooks are. */
    TASK_QUEUE_URL: z.url(),
    WEBHOOK_QUEUE_URL: z.url(),
    /** Where that is kept which none of them will ever take. */
    LIFECYCLE_DLQ_URL: z.url(),
  }),
);
export type LifecycleEnv = z.infer<ReturnType<typeof LifecycleEnv>>;

/** Who answers the tasks of Step Functions. */
export const TasksEnv = lazy(() =>
  z.object({
    TABLE_NAME: z.string().min(1),
    BUCKET_NAME: z.string().min(1),
    TASK_QUEUE_URL: z.url(),
    TASK_DLQ_URL: z.url(),
  }),
);
export type TasksEnv = z.infer<ReturnType<typeof TasksEnv>>;

/** Who sends webhooks. */
export const WebhooksEnv = lazy(() =>
  z.object({
    TABLE_NAME: z.string().min(1),
    EVENT_BUS_NAME: z.string().min(1),
    WEBHOOK_QUEUE_URL: z.url(),
    WEBHOOK_DLQ_URL: z.url(),
  }),
);
export type WebhooksEnv = z.infer<ReturnType<typeof WebhooksEnv>>;

export const AuthorizerEnv = lazy(() =>
  z.object({
    /** Where the keys are that people have made. */
    TABLE_NAME: z.string().min(1),
    /** The Secrets Manager secret that holds the API key made at deploy time. */
    API_KEY_SECRET: z.string().min(1),
  }),
);
export type AuthorizerEnv = z.infer<ReturnType<typeof AuthorizerEnv>>;

/** From the most talkative. */
export const logLevels = ["DEBUG", "INFO", "WARN", "ERROR", "SILENT"] as const;

/** What every function's log reads. */
export const LogEnv = lazy(() =>
  z.object({
    /** The least level that is said. */
    LOG_LEVEL: z.enum(logLevels).default("INFO"),
    /** What CloudWatch finds our metrics by. */
    METRICS_NAMESPACE: z.string().min(1).default("ductape-jobs"),
  }),
);

/**
 * The trace of the invocation that is under way, where X-Ray keeps it. Lambda changes the variable with each invocation.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function sampledTraceId(): string | undefined {
  const header = process.env._X_AMZN_TRACE_ID;
  return header?.includes("Sampled=1") ? /Root=([^;]+)/.exec(header)?.[1] : undefined;
}

/** What infra must fill for an entry: the same names, as the strings that an environment holds. */
export type EnvOf<Make extends () => z.ZodObject> = { [Name in keyof z.input<ReturnType<Make>>]: string };

/** Reads an entry's environment; throws once, with every fault listed and no value shown. */
export function readEnv<Schema extends z.ZodObject>(make: () => Schema): z.output<Schema> {
  // Read once: a parser that is compiled first, as zod does for objects, would take longer.
  const parsed = make().safeParse(process.env, { jitless: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`This function's environment is not valid. ${faults.join("; ")}`);
}
