import * as z from "zod";
import { jobTypes } from "../core/job.ts";
import { type JobEventName, jobEvents } from "../core/job-event.ts";

const QueueAddress = z.object({ url: z.url(), arn: z.string() });

const fromJson = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
});

/** Where each job type's queue is. */
export const Queues = z.record(z.enum(jobTypes), QueueAddress);
export type Queues = z.infer<typeof Queues>;

/** What every entry that works with jobs reads from its environment. */
export const JobsEnv = z.object({
  TABLE_NAME: z.string().min(1),
  BUCKET_NAME: z.string().min(1),
  /** Days that a finished job is kept. */
  RETENTION_DAYS: z.coerce.number().int().min(1).default(30),
  /** `{"<type>": {"url", "arn"}}` as JSON. */
  QUEUES: fromJson.pipe(Queues),
  SCHEDULE_GROUP: z.string().min(1),
  /** The role that EventBridge Scheduler assumes to send to the queues. */
  SCHEDULE_ROLE_ARN: z.string().min(1),
  /** The queue that takes what the Scheduler could not deliver. */
  SCHEDULE_DLQ_ARN: z.string().min(1),
});
export type JobsEnv = z.infer<typeof JobsEnv>;

export const ConsumerEnv = JobsEnv.extend({
  /** The longest a message is held in process until its time; billed Lambda time. */
  LONGEST_WAIT_MS: z.coerce.number().int().min(1000).max(20_000).default(1000),
});

export const ReconcilerEnv = JobsEnv.extend({
  /** Milliseconds after its time that a job which has not started is handed over again. */
  RECONCILE_GRACE_MS: z.coerce.number().int().min(1000).default(60_000),
});

export const IntakeEnv = JobsEnv.extend({
  EVENT_BUS_NAME: z.string().min(1),
  INTAKE_QUEUE_URL: z.url(),
  /** Takes what is refused, and what could not be scheduled for hours. */
  INTAKE_DLQ_URL: z.url(),
  IMPORT_QUEUE_URL: z.url(),
  /** Where what is to be said to Step Functions waits. */
  TASK_QUEUE_URL: z.url(),
});
export type IntakeEnv = z.infer<typeof IntakeEnv>;

export const LifecycleEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  /** The transitions that are published, with commas between them; may be empty. */
  PUBLISH: z
    .string()
    .transform((text) => text.split(",").filter(Boolean) as JobEventName[])
    .pipe(z.array(z.enum(jobEvents))),
  /** Where what Step Functions is to be told waits, and what webhooks are. */
  TASK_QUEUE_URL: z.url(),
  WEBHOOK_QUEUE_URL: z.url(),
});
export type LifecycleEnv = z.infer<typeof LifecycleEnv>;

/** Who answers the tasks of Step Functions. */
export const TasksEnv = z.object({
  TABLE_NAME: z.string().min(1),
  BUCKET_NAME: z.string().min(1),
  TASK_QUEUE_URL: z.url(),
});
export type TasksEnv = z.infer<typeof TasksEnv>;

/** Who sends webhooks. */
export const WebhooksEnv = z.object({
  TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  WEBHOOK_QUEUE_URL: z.url(),
});
export type WebhooksEnv = z.infer<typeof WebhooksEnv>;

export const AuthorizerEnv = z.object({
  /** Where the keys are that people have made. */
  TABLE_NAME: z.string().min(1),
  /** The Secrets Manager secret that holds the API key made at deploy time. */
  API_KEY_SECRET: z.string().min(1),
});
export type AuthorizerEnv = z.infer<typeof AuthorizerEnv>;

/** What every function's log reads. */
export const LogEnv = z.object({
  /** What CloudWatch finds our metrics by. */
  METRICS_NAMESPACE: z.string().min(1).default("ductape-jobs"),
});

/** What infra must fill for an entry: the same names, as the strings that an environment holds. */
export type EnvOf<Schema extends z.ZodObject> = { [Name in keyof z.input<Schema>]: string };

/** Reads an entry's environment; throws once, with every fault listed and no value shown. */
export function readEnv<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`This function's environment is not valid. ${faults.join("; ")}`);
}
