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
  env: Name.meta({ description: "The slug of the environment in which the job runs.", examples: ["prd"] }),
  product_tag: Name.meta({ description: "The tag of the product.", examples: ["my-product"] }),
  event: EventName.meta({
    description: "The tag of the event to run, or what it runs: `database:action` or `notification:message`.",
    examples: ["send_notification", "orders:create"],
  }),
  app: Name.optional().meta({
    description:
      "The app that the job belongs to. It must be the app of the event's action. Default: that of the event.",
    examples: ["shop"],
  }),
  input: z.record(z.string(), z.unknown()).meta({
    description: "The input of the job. Its shape depends on the type of the event.",
    examples: [{ params: { customer: "c-42" }, body: { sku: "A-1" } }],
  }),
  start_at: Time.default(0).meta({
    description:
      "When to start. Unix time in seconds (a number below 1e11) or milliseconds, or an RFC 3339 string with an offset. 0 and times in the past mean now; at most 5 years ahead.",
    examples: ["2030-01-31T09:00:00+01:00"],
  }),
  retries: z
    .int()
    .min(0)
    .max(requestLimits.retries)
    .optional()
    .meta({
      description:
        "How many further attempts follow a failed one, 0 to 20. Default: that of the event, else that of its type.",
      examples: [5],
    }),
  retry_config: RetryConfig.optional().meta({
    description: "How the attempts are spaced. Default: that of the event, else 1 s doubling up to 5 minutes.",
    examples: [{ initial_delay: 5000 }],
  }),
  repeat: RepeatRequest.optional().meta({
    description: "Makes the job recur. Default: it runs once.",
    examples: [{ cron: "0 9 * * MON-FRI", tz: "Europe/Berlin" }],
  }),
  expires_at: Time.optional().meta({
    description:
      "No attempt starts after this time: a job that still waits, for its start or for a retry, is cancelled with the reason `expired`. Must be later than `start_at`. Default: it never expires.",
    examples: [1_900_000_000],
  }),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs)
    .optional()
    .meta({
      description:
        "Milliseconds that one attempt may take, at least 100. Default: that of the event, else that of its type.",
      examples: [10_000],
    }),
  debounce: DebounceRequest.optional().meta({
    description:
      "Requests that follow each other with one key run once, with the input of the last one: each moves the job's start. For one-time jobs without a `start_at`, and not together with `unique`. Default: that of the event, else each request runs.",
    examples: [{ key: "user-42", delay: "30s", max_wait: "5m" }],
  }),
  unique: UniqueRequest.optional().meta({
    description:
      "At most one job of a key is open, which is any job that has not ended. Not together with `debounce`. Default: that of the event, else any number of jobs.",
    examples: [{ key: "user-42", on_conflict: "replace" }],
  }),
  labels: z
    .array(z.string().min(1).max(requestLimits.label).refine(wellFormed, notWellFormed))
    .max(requestLimits.labels)
    .optional()
    .meta({
      description: "Up to 10 strings of 1 to 64 characters to find the job by. Default: none.",
      examples: [["order-12345"]],
    }),
  cache: CacheTagField.optional().meta({
    description:
      "A tag under which the result is remembered, 1 to 128 letters, digits and `_ . ~ -`: a later job of the same product, env, event, tag and input gets it without being executed, for as long as the event's `cache_ttl` says: a day by default. Default: the job is executed.",
    examples: ["prices"],
  }),
  priority: Priority.optional().meta({
    description:
      "Whole seconds of head start in the lines of the event's limits, -3600 to 3600. It orders jobs that wait, and does not start any without a free slot. Default: that of the event, else 0.",
    examples: [60],
  }),
  fairness_key: z
    .string()
    .min(1)
    .max(requestLimits.fairnessKey)
    .refine(wellFormed, notWellFormed)
    .optional()
    .meta({
      description:
        "Jobs of a product and env that have different keys take turns in the queue, so that a burst of one, such as one of its customers, does not delay the others. 1 to 64 characters. Default: that of the event, else none: all jobs without a key share a turn.",
      examples: ["customer-42"],
    }),
  task_token: TaskToken.optional().describe(
    "A task token of Step Functions (`.waitForTaskToken`), 1 to 2048 characters: the task receives the outcome of the job. For one-time jobs. Over HTTP it requires a key with `jobs:admin`. It is never shown. Default: none.",
  ),
  session: SessionRequest.optional().meta({
    description:
      "For whom the request is made: a token (JWT) of one of the product's `sessions`, to whose claims `$Session{tag}{claim}` refers. It is checked when the request is accepted, and is not stored. Default: none.",
    examples: [{ tag: "user", token: "eyJhbGciOi..." }],
  }),
  idempotency_key: z
    .string()
    .min(1)
    .max(requestLimits.idempotencyKey)
    .optional()
    .meta({
      description:
        "Identifies the request, 1 to 255 characters: the same request with the same key never creates a second job, and returns the receipt of the first one. Default: none.",
      examples: ["order-12345-shipped"],
    }),
  traceparent: z
    .string()
    .optional()
    .meta({
      description:
        "The trace in which the job stands (W3C Trace Context), instead of the header or attribute of this name. What is malformed is ignored. Default: none.",
      examples: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    }),
  tracestate: z
    .string()
    .optional()
    .meta({
      description: "What tracing systems add to `traceparent`. Default: none.",
      examples: ["vendor=t61rcWkgMzE"],
    }),
});

export type JobRequest = z.infer<typeof JobRequest>;
