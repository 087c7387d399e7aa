import type {
  IActionRequest,
  IDbActionRequest,
  IFunctionRequest,
  INotificationRequest,
  IStorageRequest,
} from "./event-input.ts";
import type { JobErrorCode } from "./job.ts";

/** A time: Unix time in seconds (below 1e11) or in milliseconds, or an RFC 3339 string with an offset. */
export type Time = number | string;

/**
 * The job to schedule: which event of which product, in which environment, with what, and when.
 *
 * @example
 * { env: "prd", product_tag: "my-product", event: "create_order", input: { body: { sku: "A-1" } }, start_at: 0 }
 */
export interface IJobProcessorInput {
  /**
   * The slug of the environment in which the job runs.
   * @example `"prd"`
   */
  env: string;
  /**
   * The tag of the product.
   * @example `"my-product"`
   */
  product_tag: string;
  /**
   * The tag of the event to run.
   * @example `"send_notification"`
   */
  event: string;
  /**
   * The app that the job is related to: checked against the app of an action.
   * @default the event's
   * @example `"shop"`
   */
  app?: string | undefined;
  /**
   * What the job works with; its shape follows from the type of the event.
   * @example `{ params: { customer: "c-42" }, body: { sku: "A-1" } }`
   */
  input:
    | IActionRequest
    | INotificationRequest
    | IDbActionRequest
    | IFunctionRequest
    | IStorageRequest
    | Record<string, unknown>;
  /**
   * When to start: Unix time in seconds (a number below 1e11) or milliseconds, or an RFC 3339 string with an offset. 0
   * and times in the past mean now; at most 5 years ahead.
   * @example `"2030-01-31T09:00:00+01:00"`
   */
  start_at: Time;
  /**
   * How many further attempts follow a failed one, 0 to 20.
   * @default the event's, else its type's
   * @example `5`
   */
  retries?: number | undefined;
  /**
   * How the attempts are spaced.
   * @default the event's, else 1 s doubling up to 5 minutes
   * @example `{ initial_delay: 5000 }`
   */
  retry_config?: RetryConfig | undefined;
  /**
   * Makes the job recur.
   * @default it runs once
   * @example `{ cron: "0 9 * * MON-FRI", tz: "Europe/Berlin" }`
   */
  repeat?: Repeat | undefined;
  /**
   * No attempt starts after this time: a job that waits by then, for its time or for a retry, is cancelled with reason
   * `expired`. Later than `start_at`.
   * @default it never expires
   * @example `1900000000`
   */
  expires_at?: Time | undefined;
  /**
   * Milliseconds that one attempt may take, at least 100.
   * @default the event's, else its type's
   * @example `10_000`
   */
  timeout_ms?: number | undefined;
  /**
   * Up to 10 strings of 1 to 64 characters to find the job by.
   * @default none
   * @example `["order-12345"]`
   */
  labels?: string[] | undefined;
  /**
   * A task token of Step Functions (`.waitForTaskToken`), 1 to 2048 characters: the task receives the outcome of the job. For
   * one-time jobs, and for keys with `jobs:admin`.
   * @default none
   * @example `event.token`
   */
  task_token?: string | undefined;
  /**
   * Identifies the request, 1 to 255 characters: the same request with the same key never creates a second job.
   * @default a random one for each call, so that the client's own retries are safe
   * @example `"order-12345-shipped"`
   */
  idempotency_key?: string | undefined;
}

/** How a job recurs: by `cron` or `every`, exactly one of them. */
export interface Repeat {
  /**
   * A cron expression of 5 fields, or of 6 with seconds first.
   * @example `"30 9 * * *"`
   */
  cron?: string | undefined;
  /**
   * Milliseconds from one run to the next, counted from the first one; at least 1000.
   * @example `60_000`
   */
  every?: number | undefined;
  /**
   * The IANA time zone of `cron`.
   * @default UTC
   * @example `"Europe/Berlin"`
   */
  tz?: string | undefined;
  /**
   * The most runs.
   * @default no limit
   * @example `10`
   */
  limit?: number | undefined;
  /**
   * After this time no run is planned.
   * @default never
   * @example `"2030-12-31T23:59:59Z"`
   */
  end_date?: Time | undefined;
  /**
   * What becomes of a time that a run has outlasted: `skip` it, or `queue` one run to start at once. Times missed in
   * an outage count as one.
   * @default `skip`
   */
  overlap?: "skip" | "queue" | undefined;
}

/** How the attempts of a job are spaced; what is left out comes from the event. */
export interface RetryConfig {
  /**
   * Milliseconds before the second attempt, before jitter.
   * @default `1000`
   * @example `5000`
   */
  initial_delay?: number | undefined;
  /**
   * Milliseconds that no delay exceeds, but for a provider's Retry-After.
   * @default `300_000`
   * @example `60_000`
   */
  max_delay?: number | undefined;
  /**
   * What each delay is multiplied by to get the next one, 1 to 100.
   * @default `2`
   * @example `3`
   */
  backoff_multiplier?: number | undefined;
  /**
   * Whether each delay is drawn at random between 0 and the computed one.
   * @default `true`
   * @example `false`
   */
  jitter?: boolean | undefined;
  /**
   * Error codes that are retried although they are permanent by default.
   * @default none
   * @example `["NOT_FOUND"]`
   */
  retryable_errors?: JobErrorCode[] | undefined;
  /**
   * Error codes that are never retried; wins over `retryable_errors`.
   * @default none
   * @example `["TIMEOUT"]`
   */
  non_retryable_errors?: JobErrorCode[] | undefined;
}
