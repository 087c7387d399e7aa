import type { DuctapeFields, DuctapeRepeat, RetryCode, Unavailable } from "./ductape-input.ts";
import type {
  IActionRequest,
  IDbActionRequest,
  IFunctionRequest,
  INotificationRequest,
  IPublishRequest,
  IStorageRequest,
} from "./event-input.ts";
import type { Debounce, Unique } from "./shared-input.ts";
import type { Time } from "./time.ts";

/**
 * The job to schedule: an event of a product in one of its environments, the input and the start time. It may also be written as
 * in Ductape's documentation.
 *
 * @see {@link DuctapeFields}
 * @example
 * { env: "prd", product_tag: "my-product", event: "create_order", input: { body: { sku: "A-1" } }, start_at: 0 }
 */
export interface IJobProcessorInput extends DuctapeFields {
  /**
   * The slug of the environment in which the job runs. Required, unless the client has a default.
   * @default the client's `env`
   * @example `"prd"`
   */
  env?: string | undefined;
  /**
   * The tag of the product. Required, unless the client has a default.
   * @default the client's `product`
   * @example `"my-product"`
   */
  product_tag?: string | undefined;
  /**
   * The tag of the event to run, or what it runs: `database:action` or `notification:message`.
   * @example `"send_notification"`, or `"orders:create"`
   */
  event: string;
  /**
   * The app that the job belongs to. It must be the app of the event's action.
   * @default the event's
   * @example `"shop"`
   */
  app?: string | undefined;
  /**
   * The input of the job. Its shape depends on the type of the event.
   * @example `{ params: { customer: "c-42" }, body: { sku: "A-1" } }`
   */
  input:
    | IActionRequest
    | INotificationRequest
    | IDbActionRequest
    | IFunctionRequest
    | IStorageRequest
    | IPublishRequest
    | Record<string, unknown>;
  /**
   * When to start: Unix time in seconds (a number below 1e11) or milliseconds, or an RFC 3339 string with an offset. 0
   * and times in the past mean now; at most 5 years ahead.
   * @default `0`
   * @example `"2030-01-31T09:00:00+01:00"`
   */
  start_at?: Time | undefined;
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
   * No attempt starts after this time: a job that still waits, for its start or for a retry, is cancelled with the reason
   * `expired`. Must be later than `start_at`.
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
   * Requests that follow each other with one key run once, with the input of the last one: each moves the job's start. For
   * one-time jobs without a `start_at`, and not together with `unique`.
   * @default the event's, else each request runs
   * @example `{ key: "user-42", delay: "30s", max_wait: "5m" }`
   */
  debounce?: Debounce | undefined;
  /**
   * At most one job of a key is open, which is any job that has not ended. Not together with `debounce`.
   * @default the event's, else any number of jobs
   * @example `{ key: "user-42", on_conflict: "replace" }`
   */
  unique?: Unique | undefined;
  /**
   * Up to 10 strings of 1 to 64 characters to find the job by.
   * @default none
   * @example `["order-12345"]`
   */
  labels?: string[] | undefined;
  /**
   * A tag under which the result is remembered, 1 to 128 letters, digits and `_ . ~ -`: a later job of the same product, env, event, tag and input is
   * answered with it without being executed, for as long as the event's `cache_ttl` says. An empty string, `{}` and `null` are none.
   * @default the job is executed
   * @example `"prices"`
   */
  cache?: string | Record<string, never> | null | undefined;
  /**
   * Whole seconds of head start in the lines of the event's limits, -3600 to 3600.
   * @default the event's, else 0
   * @example `60`
   */
  priority?: number | undefined;
  /**
   * Jobs of a product and env that have different keys take turns in the queue, so that a burst of one, such as one of your
   * customers, does not delay the others. 1 to 64 characters.
   * @default the event's, else none: all jobs without a key share a turn
   * @example `"customer-42"`
   */
  fairness_key?: string | undefined;
  /**
   * A task token of Step Functions (`.waitForTaskToken`), 1 to 2048 characters: the task receives the outcome of the job. For
   * one-time jobs, and for keys with `jobs:admin`.
   * @default none
   * @example `event.token`
   */
  task_token?: string | undefined;
  /**
   * For whom the request is made: a token (JWT) of one of the product's `sessions`, to whose claims `$Session{tag}{claim}` refers.
   * It is checked when the request is accepted, and is not stored. `{}` is none.
   * @default none
   * @example `{ tag: "user", token: request.token }`
   */
  session?: JobSession | Unavailable | undefined;
  /**
   * Identifies the request, 1 to 255 characters: the same request with the same key never creates a second job.
   * @default a random one for each call, so that the client's own retries are safe
   * @example `"order-12345-shipped"`
   */
  idempotency_key?: string | undefined;
}

/** A token of one of the product's sessions. */
export interface JobSession {
  /** The session's name in the catalog. */
  tag: string;
  /** The JWT, of at most 8192 characters. */
  token: string;
}

/** How a job recurs: by `cron` or `every`. With both, `cron` counts. */
export interface Repeat extends DuctapeRepeat {
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
   * The maximum number of runs.
   * @default no limit
   * @example `10`
   */
  limit?: number | undefined;
  /**
   * No run is planned after this time; a bare date means the end of that day in `tz`.
   * @default never
   * @example `"2030-12-31T23:59:59Z"`
   */
  end_date?: Time | undefined;
  /**
   * What to do when a run lasts beyond the time of the next one: `skip` that one, `queue` one run that starts immediately
   * afterwards, or `cancel_previous`: the next one starts on time, and the outcome of the run before it is discarded.
   * @default `skip`
   */
  overlap?: "skip" | "queue" | "cancel_previous" | undefined;
  /**
   * What to do about occurrences that could not start on time, as after an outage: `once` runs one for all of them, `all` runs
   * each of them, one after the other and with its own planned time, and `skip` runs none that is more than `max_lateness_ms`
   * late.
   * @default `once`
   */
  missed?: "skip" | "once" | "all" | undefined;
  /**
   * How late a run may start, in milliseconds, at most 31 days. A later one is skipped, and listed among the runs as cancelled.
   * @default no limit, and a minute with `missed: "skip"`
   * @example `600_000`
   */
  max_lateness_ms?: number | undefined;
  /**
   * Every run starts later by the same part of this, which is derived from the id of the job, so that many series with the same
   * times do not start together. Milliseconds, at most a day.
   * @default none: runs start at their times
   * @example `300_000`
   */
  spread_ms?: number | undefined;
  /**
   * Days in `tz` on which no run is planned: dates, and names of the product's calendars, at most 100.
   * @default none
   * @example `["2030-12-24", "holidays"]`
   */
  except?: string[] | undefined;
}

/** How the attempts of a job are spaced. Omitted fields come from the event. */
export interface RetryConfig {
  /**
   * Milliseconds before the second attempt, before jitter.
   * @default `1000`
   * @example `5000`
   */
  initial_delay?: number | undefined;
  /**
   * The longest delay in milliseconds. Only a provider's Retry-After may exceed it.
   * @default `300_000`
   * @example `60_000`
   */
  max_delay?: number | undefined;
  /**
   * The factor from each delay to the next one, 1 to 100.
   * @default `2`
   * @example `3`
   */
  backoff_multiplier?: number | undefined;
  /**
   * Whether each delay is random.
   * @default `true`
   * @example `false`
   */
  jitter?: boolean | undefined;
  /**
   * The part of each delay that is random, 0 to 1: with 0.3, a delay of 10 s is one of 7 to 10 s.
   * @default `1`: all of it
   * @example `0.3`
   */
  jitter_percent?: number | undefined;
  /**
   * Error codes that are retried although they are permanent by default: ours, or a provider's own.
   * @default none
   * @example `["NOT_FOUND"]`
   */
  retryable_errors?: RetryCode[] | undefined;
  /**
   * Whether nothing but `retryable_errors` is retried.
   * @default `false`: they are retried besides what is by default
   * @example `true`
   */
  only_retryable_errors?: boolean | undefined;
  /**
   * Error codes that are never retried: ours, or a provider's own. Takes precedence over `retryable_errors`.
   * @default none
   * @example `["TIMEOUT", "CARD_DECLINED"]`
   */
  non_retryable_errors?: RetryCode[] | undefined;
}
