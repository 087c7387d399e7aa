/* Made by `npm run generate` from the schemas in lambdas/ and the table of settings. Change those instead. */

import type { JobStatus, JobType } from "./answers.ts";
import type {
  DuctapeBlob,
  DuctapeFields,
  DuctapeNotification,
  DuctapeQuery,
  DuctapeRecipients,
  DuctapeRepeat,
  PrefixedInput,
  RetryCode,
  SessionText,
  Unavailable,
} from "./ductape-input.ts";
import type { FileContent, Query, RequestHeaders, Scalar, TemplateInput } from "./input-values.ts";
import type { Time } from "./time.ts";

/** The input of events, by their type. */
export interface EventInput {
  action: IActionRequest;
  notification: INotificationRequest;
  database_action: IDbActionRequest;
  function: IFunctionRequest;
  storage: IStorageRequest;
  publish: IPublishRequest;
  feature: Record<string, unknown>;
}

/**
 * The job to schedule: an event of a product in one of its environments, the input and the start time. It may also
 * be written as in Ductape's documentation.
 */
export interface IJobProcessorInput extends DuctapeFields {
  /**
   * The slug of the environment in which the job runs.
   * @default the client's `env`
   * @example `"prd"`
   */
  env?: string | undefined;
  /**
   * The tag of the product.
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
   * @default that of the event
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
   * When to start. Unix time in seconds (a number below 1e11) or milliseconds, or an RFC 3339 string with an offset.
   * 0 and times in the past mean now; at most 5 years ahead.
   * @default `0`
   * @example `"2030-01-31T09:00:00+01:00"`
   */
  start_at?: Time | undefined;
  /**
   * How many further attempts follow a failed one, 0 to 20.
   * @default that of the event, else that of its type
   * @example `5`
   */
  retries?: number | undefined;
  /**
   * How the attempts are spaced.
   * @default that of the event, else 1 s doubling up to 5 minutes
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
   * No attempt starts after this time: a job that still waits, for its start or for a retry, is cancelled with the
   * reason `expired`. Must be later than `start_at`.
   * @default it never expires
   * @example `1900000000`
   */
  expires_at?: Time | undefined;
  /**
   * Milliseconds that one attempt may take, at least 100.
   * @default that of the event, else that of its type
   * @example `10000`
   */
  timeout_ms?: number | undefined;
  /**
   * Requests that follow each other with one key run once, with the input of the last one: each moves the job's
   * start. For one-time jobs without a `start_at`, and not together with `unique`.
   * @default that of the event, else each request runs
   * @example `{ key: "user-42", delay: "30s", max_wait: "5m" }`
   */
  debounce?: Debounce | undefined;
  /**
   * At most one job of a key is open, which is any job that has not ended. Not together with `debounce`.
   * @default that of the event, else any number of jobs
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
   * A tag under which the result is remembered, 1 to 128 letters, digits and `_ . ~ -`: a later job of the same
   * product, env, event, tag and input gets it without being executed, for as long as the event's `cache_ttl` says:
   * a day by default.
   * @default the job is executed
   * @example `"prices"`
   */
  cache?: string | Record<string, never> | null | undefined;
  /**
   * Whole seconds of head start in the lines of the event's limits, -3600 to 3600. It orders jobs that wait, and
   * does not start any without a free slot.
   * @default that of the event, else 0
   * @example `60`
   */
  priority?: number | undefined;
  /**
   * Jobs of a product and env that have different keys take turns in the queue, so that a burst of one, such as one
   * of its customers, does not delay the others. 1 to 64 characters.
   * @default that of the event, else none: all jobs without a key share a turn
   * @example `"customer-42"`
   */
  fairness_key?: string | undefined;
  /**
   * A task token of Step Functions (`.waitForTaskToken`), 1 to 2048 characters: the task receives the outcome of the
   * job. For one-time jobs. Over HTTP it requires a key with `jobs:admin`. It is never shown.
   * @default none
   */
  task_token?: string | undefined;
  /**
   * For whom the request is made: a token (JWT) of one of the product's `sessions`, to whose claims
   * `$Session{tag}{claim}` refers. It is checked when the request is accepted, and is not stored.
   * @default none
   * @example `{ tag: "user", token: "eyJhbGciOi..." }`
   */
  session?: JobSession | SessionText | Unavailable | undefined;
  /**
   * Identifies the request, 1 to 255 characters: the same request with the same key never creates a second job, and
   * returns the receipt of the first one.
   * @default a random one for each call, so that the client's own retries are safe
   * @example `"order-12345-shipped"`
   */
  idempotency_key?: string | undefined;
  /**
   * The trace in which the job stands (W3C Trace Context), instead of the header or attribute of this name. What is
   * malformed is ignored.
   * @default none
   * @example `"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"`
   */
  traceparent?: string | undefined;
  /**
   * What tracing systems add to `traceparent`.
   * @default none
   * @example `"vendor=t61rcWkgMzE"`
   */
  tracestate?: string | undefined;
}

/** A token of one of the product's sessions. */
export interface JobSession {
  /** The session's name in the catalog. */
  tag: string;
  /** The JWT, of at most 8192 characters. It is checked, and never stored or shown. */
  token: string;
}

/** How a job recurs: either by `cron` or by `every`. */
export interface Repeat extends DuctapeRepeat {
  /**
   * A cron expression of 5 fields, or of 6 with the seconds first; or `@hourly`, `@daily`, `@weekly`, `@monthly`,
   * `@yearly`.
   * @example `"30 9 * * *"`
   */
  cron?: string | undefined;
  /**
   * Milliseconds from one run to the next, counted from the first one; at least 1000.
   * @example `60000`
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
   * What to do when a run lasts beyond the time of the next one: `skip` that one, `queue` one run that starts
   * immediately afterwards, or `cancel_previous`: the next one starts on time, and the outcome of the run before it
   * is discarded.
   * @default `skip`
   */
  overlap?: "skip" | "queue" | "cancel_previous" | undefined;
  /**
   * What to do about occurrences that could not start on time, as after an outage: `once` runs one for all of them,
   * `all` runs each of them, one after the other and with its own planned time, and `skip` runs none that is more
   * than `max_lateness_ms` late.
   * @default `once`
   */
  missed?: "skip" | "once" | "all" | undefined;
  /**
   * How late a run may start, in milliseconds, at most 31 days. A later one is skipped, and listed among the runs as
   * cancelled.
   * @default no limit, and a minute with `missed: skip`
   * @example `600000`
   */
  max_lateness_ms?: number | undefined;
  /**
   * Every run starts later by the same part of this, which is derived from the id of the job, so that many series
   * with the same times do not start together. Milliseconds, at most a day.
   * @default none: runs start at their times
   * @example `300000`
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
   * @default 1000
   * @example `5000`
   */
  initial_delay?: number | undefined;
  /**
   * The longest delay in milliseconds. Only a provider's Retry-After may exceed it.
   * @default 300,000
   * @example `60000`
   */
  max_delay?: number | undefined;
  /**
   * The factor from each delay to the next one, 1 to 100.
   * @default 2
   * @example `3`
   */
  backoff_multiplier?: number | undefined;
  /**
   * Whether each delay is random: the whole of it unless `jitter_percent` says less.
   * @default true
   * @example `false`
   */
  jitter?: boolean | undefined;
  /**
   * The part of each delay that is random, 0 to 1: with 0.3, a delay of 10 s is one of 7 to 10 s.
   * @default 1, which is all of it
   * @example `0.3`
   */
  jitter_percent?: number | undefined;
  /**
   * Error codes that are retried although they are permanent by default. Codes of this API (TIMEOUT, RATE_LIMITED,
   * SERVICE_UNAVAILABLE, CONNECTION_ERROR, CRASHED, VALIDATION_ERROR, NOT_FOUND, UNAUTHORIZED, FORBIDDEN,
   * CONFIGURATION_ERROR, PROVIDER_ERROR), or a provider's own codes (`provider_code`), which are compared without
   * regard to case and punctuation.
   * @default none
   * @example `["NOT_FOUND"]`
   */
  retryable_errors?: RetryCode[] | undefined;
  /**
   * Whether nothing but `retryable_errors` is retried.
   * @default false: they are retried besides what is by default
   * @example `true`
   */
  only_retryable_errors?: boolean | undefined;
  /**
   * Error codes that are never retried. Takes precedence over `retryable_errors`. Codes of this API (TIMEOUT,
   * RATE_LIMITED, SERVICE_UNAVAILABLE, CONNECTION_ERROR, CRASHED, VALIDATION_ERROR, NOT_FOUND, UNAUTHORIZED,
   * FORBIDDEN, CONFIGURATION_ERROR, PROVIDER_ERROR), or a provider's own codes (`provider_code`), which are compared
   * without regard to case and punctuation.
   * @default none
   * @example `["TIMEOUT", "CARD_DECLINED"]`
   */
  non_retryable_errors?: RetryCode[] | undefined;
}

/** How requests that follow each other become one job. Omitted fields come from the event. */
export interface Debounce {
  /**
   * Requests of one product, env and event with the same key are alike; plain text of 1 to 255 characters.
   * @default what the event's expression yields for the input, else one key for all requests of the event
   * @example `"user-42"`
   */
  key?: string | undefined;
  /**
   * How long after the last request the job starts: milliseconds from 1000, or text with a unit (ms, s, m, h, d).
   * @default that of the event; required if it has none
   * @example `"30s"`
   */
  delay?: number | string | undefined;
  /**
   * How long after the first request it starts at the latest, in the same form.
   * @default that of the event, else 10 times the delay
   * @example `"5m"`
   */
  max_wait?: number | string | undefined;
}

/** Which jobs are alike, so that only one of them is open. Omitted fields come from the event. */
export interface Unique {
  /**
   * Requests of one product, env and event with the same key are alike; plain text of 1 to 255 characters.
   * @default what the event's expression yields for the input, else one key for all requests of the event
   * @example `"user-42"`
   */
  key?: string | undefined;
  /**
   * What happens while a job of the key is open. `skip`: the receipt is that of the open job (`skipped`), and
   * nothing is made. `replace`: a job that waits is cancelled, and a new one is made; while it runs, the request is
   * refused. `cancel_running`: it is cancelled even if it runs.
   * @default that of the event, else `skip`
   * @example `"replace"`
   */
  on_conflict?: "skip" | "replace" | "cancel_running" | undefined;
}

/** The input of an event that calls an action of an app. It is merged over the action's own defaults. */
export interface IActionRequest extends PrefixedInput {
  /**
   * Query parameters. A list repeats its parameter; objects, and lists of objects, are written in brackets:
   * `a[b]=c`.
   * @default those of the catalog, if any
   * @example `{ notify: true }`
   */
  query?: Query | undefined;
  /**
   * Fills the `:name` parts of the path.
   * @default those of the catalog, if any
   * @example `{ customer: "c-42" }`
   */
  params?: Record<string, Scalar> | undefined;
  /**
   * The body: a record, or for JSON a list, which replaces a default body as a whole.
   * @default that of the catalog, if any
   * @example `{ sku: "A-1", quantity: 2 }`
   */
  body?: Record<string, unknown> | unknown[] | undefined;
  /**
   * Request headers. The values of a list are joined by commas.
   * @default those of the catalog, if any
   * @example `{ "x-channel": "web" }`
   */
  headers?: RequestHeaders | undefined;
}

/** The input of an event that sends a notification: a message by its slug, and at least one channel. */
export interface INotificationRequest extends DuctapeNotification<ICallbackNotification> {
  /**
   * The message to send, one of those that the catalog lists.
   * @default the message that the event names: `notification:message`
   * @example `"order_update"`
   */
  slug?: string | undefined;
  /**
   * Selects the translation.
   * @default `en`, or the only locale there is
   * @example `"fr"`
   */
  locale?: string | undefined;
  /**
   * Sends a push notification.
   * @default none is sent
   */
  push_notification?: IPushNotification | undefined;
  /**
   * Sends an e-mail.
   * @default none is sent
   */
  email?: IEmailNotification | undefined;
  /**
   * Sends an SMS.
   * @default none is sent
   */
  sms?: ISmsNotification | undefined;
  /**
   * Calls the notification's callback URL.
   * @default it is not called
   */
  callback?: ICallbackNotification | undefined;
}

/** A push notification; needs `device_token` or `device_tokens`. */
export interface IPushNotification {
  /**
   * The title.
   * @default none, for a message whose template needs no variables
   * @example `{ en: "Order shipped" }`
   */
  title?: TemplateInput | undefined;
  /**
   * The text.
   * @default none, for a message whose template needs no variables
   * @example `{ en: "Your order has been shipped!" }`
   */
  body?: TemplateInput | undefined;
  /**
   * Delivered to the app unchanged, except by FCM, which accepts strings only: other values arrive as JSON.
   * @default none
   * @example `{ trackingId: "XYZ987" }`
   */
  data?: Record<string, unknown> | undefined;
  /**
   * The device to send to.
   * @default none
   * @example `"abcdef123456"`
   */
  device_token?: string | undefined;
  /**
   * Up to 500 devices to send to.
   * @default none
   * @example `["abcdef123456", "654321fedcba"]`
   */
  device_tokens?: string[] | undefined;
}

/** An e-mail. */
export interface IEmailNotification extends DuctapeRecipients {
  /**
   * The address, or up to 500 of them, as a list or as one string with commas.
   * @default `recipients`
   */
  to?: string | string[] | undefined;
  /**
   * The subject.
   * @default none, for a message whose template needs no variables
   * @example `{ name: "Ada" }`
   */
  subject?: TemplateInput | undefined;
  /**
   * The HTML body.
   * @default none, for a message whose template needs no variables
   * @example `{ name: "Ada" }`
   */
  template?: TemplateInput | undefined;
}

/**
 * An SMS; needs `to` or `recipients`, and `body`. Where the catalog's message has a template for the number and
 * the text, it is the variables of that template instead.
 */
export interface ISmsNotification extends DuctapeRecipients, Record<string, unknown> {
  /**
   * The number in E.164 form, or up to 500 of them. Required unless the message has a template for it.
   * @example `"+33612345678"`
   */
  to?: string | string[] | undefined;
  /**
   * The text.
   * @default none, for a message whose template needs no variables
   * @example `{ en: "Your order has been shipped!" }`
   */
  body?: TemplateInput | undefined;
}

/** A call of the notification's callback URL. */
export interface ICallbackNotification {
  /**
   * Query parameters. A list repeats its parameter; objects, and lists of objects, are written in brackets:
   * `a[b]=c`.
   * @default those of the catalog, if any
   * @example `{ notify: true }`
   */
  query?: Query | undefined;
  /**
   * Fills the `:name` parts of the path.
   * @default those of the catalog, if any
   * @example `{ customer: "c-42" }`
   */
  params?: Record<string, Scalar> | undefined;
  /**
   * The body: a record, or for JSON a list, which replaces a default body as a whole.
   * @default that of the catalog, if any
   * @example `{ sku: "A-1", quantity: 2 }`
   */
  body?: Record<string, unknown> | unknown[] | undefined;
  /**
   * Request headers. The values of a list are joined by commas.
   * @default those of the catalog, if any
   * @example `{ "x-channel": "web" }`
   */
  headers?: RequestHeaders | undefined;
}

/** The input of an event that runs a named action of a database. */
export interface IDbActionRequest extends DuctapeQuery {
  /**
   * The values of the action's placeholders, or a list of them to run the action once for each.
   * @default none, for an action that has only a filter
   * @example `{ status: "shipped" }`
   */
  data?: Record<string, unknown> | Record<string, unknown>[] | undefined;
  /**
   * The values of the placeholders that select records.
   * @default none
   * @example `{ id: 12345 }`
   */
  filter?: Record<string, unknown> | undefined;
}

/** The input of an event that calls a cloud function. */
export interface IFunctionRequest {
  /**
   * The function's argument: any JSON value.
   * @default none, which null is not, for a function that takes nothing
   * @example `{ order: 12345 }`
   */
  payload?: unknown;
}

/** The input of an event that stores a file; needs either `buffer` or `upload_id`. */
export interface IStorageRequest extends DuctapeBlob<FileContent> {
  /**
   * The content: base64 text, or the JSON of a Buffer.
   * @default none
   * @example `"aGVsbG8="`
   */
  buffer?: FileContent | undefined;
  /**
   * A file that was uploaded before: the `upload_id` of `POST /v1/uploads`.
   * @default none
   */
  upload_id?: string | undefined;
  /**
   * The name to store it under, 1 to 512 characters.
   * @default made of the job's id and the media type
   * @example `"invoices/12345.pdf"`
   */
  fileName?: string | undefined;
  /**
   * Its media type.
   * @default read from the content, then from the name
   * @example `"application/pdf"`
   */
  mimeType?: string | undefined;
  /**
   * Stored with the file. Which names and values there may be is up to the provider.
   * @default none
   * @example `{ order: "12345" }`
   */
  metadata?: Record<string, string> | undefined;
}

/** The input of an event that publishes a message to a broker. */
export interface IPublishRequest {
  /**
   * The message: any JSON value. A string is sent unchanged, anything else as JSON; EventBridge takes objects only.
   * @example `{ order: "A-1", total: 12.5 }`
   */
  message: unknown;
  /**
   * What the broker orders or routes by, 1 to 255 characters: the group of SQS and SNS, Kafka's key, RabbitMQ's
   * routing key. Required for a FIFO queue or topic.
   * @default none
   * @example `"customer-42"`
   */
  key?: string | undefined;
  /**
   * Up to 100 headers; SQS and SNS take 9.
   * @default none
   * @example `{ source: "shop" }`
   */
  headers?: Record<string, string> | undefined;
}

/** What jobs are selected by, besides their product. */
export interface JobFields {
  /**
   * One status or more, of those that the action can change.
   * @default all of them
   * @example `["scheduled", "queued"]`
   */
  status?: JobStatus | JobStatus[] | undefined;
  /**
   * One type or more.
   * @default any
   * @example `"notification"`
   */
  type?: JobType | JobType[] | undefined;
  /**
   * One of the job's labels.
   * @default any
   * @example `"order-12345"`
   */
  label?: string | undefined;
  /**
   * Whether the job has a series of runs.
   * @default either
   * @example `true`
   */
  recurring?: boolean | undefined;
  /**
   * Whether a run of a feature waits for a signal or a time.
   * @default either
   * @example `true`
   */
  waiting?: boolean | undefined;
  /**
   * Whether an attempt of the run has failed, and another one is made or waits.
   * @default either
   * @example `true`
   */
  retrying?: boolean | undefined;
  /**
   * The earliest time (inclusive): compared with `due_at` of pending jobs and with `finished_at` of finished ones.
   * @default no limit
   * @example `"2030-01-31T00:00:00Z"`
   */
  from?: Time | undefined;
  /**
   * The latest time (exclusive).
   * @default no limit
   * @example `1900000000`
   */
  to?: Time | undefined;
}

/** What is done to many jobs, why, and how fast. */
export interface OperationFields {
  /** What it does to each job. `count` only counts them. */
  action: "retry" | "cancel" | "pause" | "resume" | "delete" | "reschedule" | "run-now" | "count";
  /** Only these jobs, 1 to 1000, as far as the filter selects them. */
  job_ids?: string[] | undefined;
  /** Of `reschedule`, which needs it: when the first job is due. The others follow at the rate. */
  start_at?: Time | undefined;
  /**
   * Why, for everybody who wonders: 1 to 200 characters. Only `count` may do without.
   * @example `"the provider is back"`
   */
  reason?: string | undefined;
  /**
   * How many jobs a second it changes at most, 1 to 200. Those that it makes due are due no closer to each other.
   * @default 10
   */
  rate_per_second?: number | undefined;
  /** Of `retry` and `run-now`: changes a few jobs first, and halts if they fail. */
  canary?:
    | {
        /**
         * How many jobs it changes first, 1 to 10.
         * @default `10`
         */
        count?: number | undefined;
        /**
         * How long it waits for them to end, a minute to a day: milliseconds, or a text such as `10m`. Then it asks
         * whether to continue.
         * @default `"10m"`
         */
        for?: number | string | undefined;
        /**
         * How many of them may fail before it halts.
         * @default `0`
         */
        max_failures?: number | undefined;
      }
    | undefined;
  /** How many jobs it must find. Finding any other number, it changes none. */
  expect?: number | undefined;
  /**
   * Finds and counts the jobs, and changes none of them.
   * @default false
   */
  dry_run?: boolean | undefined;
  /**
   * A request that is repeated with it finds its operation.
   * @default a random one for each call, so that the client's own retries are safe
   */
  idempotency_key?: string | undefined;
}

/** What is paused besides a product, why, and until when. */
export interface PauseFields {
  /**
   * A limit of the product: only jobs that pass it are held. Does not go with `event`.
   * @default all jobs, with limits or without
   * @example `"customer"`
   */
  limit?: string | undefined;
  /**
   * One key of the limit, as `GET /v1/limits` and `waiting_for` show it.
   * @default every key of the limit
   * @example `"C-1042"`
   */
  key?: string | undefined;
  /**
   * Why it is paused, for everybody who wonders what a job waits for: 1 to 200 characters.
   * @example `"the database is being moved"`
   */
  reason: string;
  /**
   * When the pause ends by itself, at most 5 years ahead.
   * @default it lasts until it is ended
   * @example `"2030-01-31T12:00:00Z"`
   */
  until?: Time | undefined;
  /**
   * How many of the held jobs per second start once the pause has ended, 1 to 200.
   * @default `50`
   * @example `10`
   */
  drain_per_second?: number | undefined;
}

/** A message to runs that wait for it, besides its product and env. */
export interface SignalFields {
  /**
   * A signal that a feature of the product declares.
   * @example `"paid"`
   */
  signal: string;
  /**
   * For every run that waits with this key. Either `key` or `job_id`.
   * @example `"A-1042"`
   */
  key?: string | undefined;
  /**
   * For one run: the id of its job.
   * @example `"job_0197a0c41f6e7d3a8b5c2d9e0f1a2b3c"`
   */
  job_id?: string | undefined;
  /** JSON of at most 256 KB, with the fields that the feature declares. */
  payload?: unknown;
  /**
   * Names the message, so that a request may be repeated: a run takes a message of an id once.
   * @default a fresh id
   * @example `"evt_1PqR"`
   */
  id?: string | undefined;
}

/** A decision on an approval. */
export interface DecisionFields {
  /**
   * One of the `choices` of the approval.
   * @example `"approve"`
   */
  choice: string;
  /** Why; kept with the decision, and passed on to later steps. */
  note?: string | undefined;
}

/** For how long an incident is ignored. */
export interface IgnoreFields {
  /**
   * Until then, at most 5 years ahead: the first failure behind it is told.
   * @default without end
   * @example `"2030-01-31T12:00:00Z"`
   */
  until?: Time | undefined;
  /**
   * Until more than so many fail within an hour, 1 to 1,000,000,000.
   * @default however many
   * @example `100`
   */
  above_per_hour?: number | undefined;
}

/** The numbers that are to hold instead of the catalog's: `concurrency`, `rate` or both. */
export interface LimitPin {
  /**
   * How many attempts with the same key may run at a time, 1 to 1000.
   * @default the catalog's
   */
  concurrency?: number | undefined;
  /**
   * How many attempts with the same key may start per period.
   * @default the catalog's
   * @example `{ limit: 10, period: "1m", burst: 2 }`
   */
  rate?:
    | {
        /** How many attempts may start in a period. */
        limit: number;
        /** The period: milliseconds, or a whole number with a unit, such as "1m". From 1 s to 1 day. */
        period: number | string;
        /**
         * How many attempts may start at once after a pause.
         * @default 1, which spaces the starts evenly
         */
        burst?: number | undefined;
      }
    | undefined;
  /** When the numbers of the catalog hold again, at most 30 days ahead. */
  until: Time;
  /**
   * Why, for those who find it later; up to 200 characters.
   * @default none
   */
  reason?: string | undefined;
}
