import * as z from "zod";
import { Priority } from "../catalog/limit.ts";
import { DebounceRequest, UniqueRequest } from "../catalog/sharing-fields.ts";
import { RetryConfig } from "../job/retry-config.ts";
import { TaskToken } from "../job/task-token.ts";
import { milliseconds } from "../kernel/plain-faults.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";
import { Time } from "../kernel/start-time.ts";
import { CacheTagField } from "./cache-tag.ts";
import { RepeatRequest } from "./repeat-request.ts";
import { SessionRequest } from "./session-request.ts";

const Name = z.string().min(1).max(requestLimits.name);
const EventName = z.string().min(1).max(requestLimits.event);

/** The request to schedule a job, the same over HTTP, SQS, EventBridge, SNS and direct invocation. The event's type checks `input`. */
export const JobRequest = strict({
  env: Name.describe("The slug of the environment in which the job runs."),
  product_tag: Name.describe("The tag of the product."),
  event: EventName.describe("The tag of the event to run."),
  app: Name.optional().describe("The app of an action. It must be the one that the event names in the catalog."),
  input: z.record(z.string(), z.unknown()),
  start_at: Time.default(0).describe(
    "When to start. 0 or a time in the past means now, as does leaving it out; at most 5 years ahead.",
  ),
  retries: z
    .int()
    .min(0)
    .max(requestLimits.retries)
    .optional()
    .describe(
      "The number of further attempts after the first one has failed. Default: that of the event, else that of its type.",
    ),
  retry_config: RetryConfig.optional(),
  repeat: RepeatRequest.optional().describe("Makes the job recur. Default: it runs once."),
  expires_at: Time.optional().describe(
    "No attempt starts after this time: a job that still waits, for its start or for a retry, is cancelled with the reason `expired`.",
  ),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs)
    .optional()
    .describe("How long one attempt may take, in milliseconds. Default: that of the event, else that of its type."),
  debounce: DebounceRequest.optional().describe(
    "Requests that follow each other with one key run once, with the input of the last one. For one-time jobs without a `start_at`. Default: that of the event.",
  ),
  unique: UniqueRequest.optional().describe(
    "At most one job of a key is open. Default: that of the event; without one, any number.",
  ),
  labels: z
    .array(z.string().min(1).max(requestLimits.label).refine(wellFormed, notWellFormed))
    .max(requestLimits.labels)
    .optional()
    .describe("Up to 10 short strings to find the job by."),
  cache: CacheTagField.optional().describe(
    "A tag under which the result is remembered. A later job of the same product, env, event, tag and input is answered with it without being executed, for as long as the event's `cache_ttl` says: a day by default. Default: the job is executed.",
  ),
  priority: Priority.optional().describe(
    "Whole seconds of head start in the lines of the event's limits, -3600 to 3600. It orders jobs that wait, and does not start any without a free slot. Default: that of the event, else 0.",
  ),
  fairness_key: z
    .string()
    .min(1)
    .max(requestLimits.fairnessKey)
    .refine(wellFormed, notWellFormed)
    .optional()
    .describe(
      "Jobs of a product and env that have different keys take turns in the queue, so that a burst of one, such as one of its customers, does not delay the others. Default: that of the event, else all jobs without a key share a turn.",
    ),
  task_token: TaskToken.optional().describe(
    "A task token of Step Functions: the task receives the outcome of the job. For one-time jobs only. Over HTTP it requires a key with `jobs:admin`. It is never shown.",
  ),
  session: SessionRequest.optional().describe(
    "For whom the request is made: `$Session{tag}{claim}` is a claim of its token. Default: nobody.",
  ),
  idempotency_key: z
    .string()
    .min(1)
    .max(requestLimits.idempotencyKey)
    .optional()
    .describe(
      "Identifies the request: repeating it with the same key answers the receipt of the first one, and creates no second job.",
    ),
});

export type JobRequest = z.infer<typeof JobRequest>;
