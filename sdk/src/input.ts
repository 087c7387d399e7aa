import type { JobErrorCode } from "./job.ts";

/** A value that a URL, a header or a template can hold. */
export type Scalar = string | number | boolean;

/** Query parameters: a list repeats its parameter, null leaves it out. */
export type Query = Record<string, Scalar | Scalar[] | null>;

/** A time: Unix time in seconds (below 1e11) or in milliseconds, or an RFC 3339 string with an offset. */
export type Time = number | string;

/**
 * The job to schedule: which event of which product, in which environment, with what, and when.
 *
 * @example
 * { env: "prd", product_tag: "my-product", event: "create_order", input: { body: { sku: "A-1" } }, start_at: 0 }
 */
export interface IJobProcessorInput {
  /** The slug of the environment in which the job runs. No default. Example: `"prd"`. */
  env: string;
  /** The tag of the product whose event it is. No default. Example: `"my-product"`. */
  product_tag: string;
  /** The tag of the job event to trigger. No default. Example: `"send_notification"`. */
  event: string;
  /** The app that the job is related to: checked against the app of an action. Default: the event's. Example: `"shop"`. */
  app?: string | undefined;
  /**
   * What the job works with; its shape follows from the type of the event. No default.
   * Example: `{ params: { customer: "c-42" }, body: { sku: "A-1" } }`.
   */
  input:
    | IActionRequest
    | INotificationRequest
    | IDbActionRequest
    | IFunctionRequest
    | IStorageRequest
    | Record<string, unknown>;
  /**
   * When to start: Unix time in seconds (a number below 1e11) or milliseconds, or an RFC 3339 string with an offset.
   * 0 and times in the past mean now; at most 5 years ahead. No default. Example: `"2030-01-31T09:00:00+01:00"`.
   */
  start_at: Time;
  /** How many further attempts follow a failed one, 0 to 20. Default: the event's, else its type's. Example: `5`. */
  retries?: number | undefined;
  /** How the attempts are spaced. Default: the event's, else 1 s doubling up to 5 minutes. Example: `{ initial_delay: 5000 }`. */
  retry_config?: RetryConfig | undefined;
  /** Makes the job recur. Default: it runs once. Example: `{ cron: "0 9 * * MON-FRI", tz: "Europe/Berlin" }`. */
  repeat?: Repeat | undefined;
  /**
   * No attempt starts after this time: a job that waits by then, for its time or for a retry, is cancelled with reason
   * `expired`. Later than `start_at`.
   * Default: it never expires. Example: `1900000000`.
   */
  expires_at?: Time | undefined;
  /** Milliseconds that one attempt may take, at least 100. Default: the event's, else its type's. Example: `10_000`. */
  timeout_ms?: number | undefined;
  /** Up to 10 strings of 1 to 64 characters to find the job by. Default: none. Example: `["order-12345"]`. */
  labels?: string[] | undefined;
  /**
   * A task token of Step Functions (`.waitForTaskToken`), 1 to 2048 characters: the task is told how the job ends. For
   * one-time jobs, and for keys with `jobs:admin`. Default: nobody is told. Example: `event.token`.
   */
  task_token?: string | undefined;
  /**
   * Names the job, 1 to 255 characters: the same request with the same key never makes a second job.
   * Default: a random one for each call, so that the client's own retries are safe. Example: `"order-12345-shipped"`.
   */
  idempotency_key?: string | undefined;
}

/** How a job recurs: by `cron` or `every`, exactly one of them. */
export interface Repeat {
  /** A cron expression of 5 fields, or of 6 with seconds first. Example: `"30 9 * * *"`. */
  cron?: string | undefined;
  /** Milliseconds from one run to the next, counted from the first one; at least 1000. Example: `60_000`. */
  every?: number | undefined;
  /** The IANA time zone of `cron`. Default: UTC. Example: `"Europe/Berlin"`. */
  tz?: string | undefined;
  /** The most runs. Default: no limit. Example: `10`. */
  limit?: number | undefined;
  /** After this time no run is planned. Default: never. Example: `"2030-12-31T23:59:59Z"`. */
  end_date?: Time | undefined;
  /**
   * What becomes of a time that a run has outlasted: `skip` it, or `queue` one run to start at once. Times missed in an
   * outage count as one. Default: `skip`.
   */
  overlap?: "skip" | "queue" | undefined;
}

/** How the attempts of a job are spaced; what is left out comes from the event. */
export interface RetryConfig {
  /** Milliseconds before the second attempt, before jitter. Default: `1000`. Example: `5000`. */
  initial_delay?: number | undefined;
  /** Milliseconds that no delay exceeds, but for a provider's Retry-After. Default: `300_000`. Example: `60_000`. */
  max_delay?: number | undefined;
  /** What each delay is multiplied by to get the next one, 1 to 100. Default: `2`. Example: `3`. */
  backoff_multiplier?: number | undefined;
  /** Whether each delay is drawn at random between 0 and the computed one. Default: `true`. Example: `false`. */
  jitter?: boolean | undefined;
  /** Error codes that are retried although they are permanent by default. Default: none. Example: `["NOT_FOUND"]`. */
  retryable_errors?: JobErrorCode[] | undefined;
  /** Error codes that are never retried; wins over `retryable_errors`. Default: none. Example: `["TIMEOUT"]`. */
  non_retryable_errors?: JobErrorCode[] | undefined;
}

/** The input of an event that calls an action of an app: laid over the action's own defaults. */
export interface IActionRequest {
  /** Query parameters. Default: the action's. Example: `{ notify: true }`. */
  query?: Query | undefined;
  /** Fills the `:name` parts of the action's path. Default: the action's. Example: `{ customer: "c-42" }`. */
  params?: Record<string, Scalar> | undefined;
  /** The JSON body. Default: the action's. Example: `{ sku: "A-1", quantity: 2 }`. */
  body?: Record<string, unknown> | undefined;
  /** Request headers. Default: the action's. Example: `{ "x-channel": "web" }`. */
  headers?: Record<string, Scalar> | undefined;
}

/** The input of an event that sends a notification: a message by its slug, and at least one channel. */
export interface INotificationRequest {
  /** The message to send, one of those that the catalog lists. No default. Example: `"order_update"`. */
  slug: string;
  /** Picks from maps of locales. Default: `"en"`, or the only locale there is. Example: `"fr"`. */
  locale?: string | undefined;
  /** Sends a push notification. Default: none is sent. Example: see {@link IPushNotification}. */
  push_notification?: IPushNotification | undefined;
  /** Sends an e-mail. Default: none is sent. Example: see {@link IEmailNotification}. */
  email?: IEmailNotification | undefined;
  /** Sends an SMS. Default: none is sent. Example: see {@link ISmsNotification}. */
  sms?: ISmsNotification | undefined;
  /** Calls the notification's callback URL. Default: it is not called. Example: `{ body: { order: 12345 } }`. */
  callback?: ICallbackNotification | undefined;
}

/**
 * The variables of the message's template for this field; where the catalog has no template for it, the text itself by
 * locale. Example: `{ name: "Ada" }`, or `{ en: "Order shipped", fr: "Commande expédiée" }`.
 */
export type TemplateInput = Record<string, Scalar>;

/** A push notification; needs `device_token` or `device_tokens`. */
export interface IPushNotification {
  /** The title. No default. Example: `{ en: "Order Shipped" }`. */
  title: TemplateInput;
  /** The text. No default. Example: `{ en: "Your order has been shipped!" }`. */
  body: TemplateInput;
  /** Handed to the app as it is. Default: none. Example: `{ trackingId: "XYZ987" }`. */
  data?: Record<string, unknown> | undefined;
  /** The device to send to. Default: none. Example: `"abcdef123456"`. */
  device_token?: string | undefined;
  /** Up to 500 devices to send to. Default: none. Example: `["abcdef123456", "654321fedcba"]`. */
  device_tokens?: string[] | undefined;
}

/** An e-mail. */
export interface IEmailNotification {
  /** The address, or up to 500 of them, in a list or in one text with commas. No default. Example: `"ada@example.com"`. */
  to: string | string[];
  /** The subject. No default. Example: `{ name: "Ada" }`. */
  subject: TemplateInput;
  /** The HTML body. No default. Example: `{ name: "Ada" }`. */
  template: TemplateInput;
}

/** An SMS. */
export interface ISmsNotification {
  /** The number in E.164 form, or up to 500 of them. No default. Example: `"+33612345678"`. */
  to: string | string[];
  /** The text. No default. Example: `{ en: "Your order has been shipped!" }`. */
  body: TemplateInput;
}

/** A call of the notification's callback URL. */
export interface ICallbackNotification {
  /** Query parameters. Default: none. Example: `{ source: "jobs" }`. */
  query?: Query | undefined;
  /** Fills the `:name` parts of the URL. Default: none. Example: `{ order: 12345 }`. */
  params?: Record<string, Scalar> | undefined;
  /** The JSON body. Default: none. Example: `{ status: "shipped" }`. */
  body?: Record<string, unknown> | undefined;
  /** Request headers. Default: none. Example: `{ "x-channel": "web" }`. */
  headers?: Record<string, Scalar> | undefined;
}

/** The input of an event that runs a named action of a database. */
export interface IDbActionRequest {
  /** What fills the action's placeholders. Default: none, for an action that has only a filter. Example: `{ status: "shipped" }`. */
  data?: Record<string, unknown> | undefined;
  /** What fills the placeholders that select records. Default: none. Example: `{ id: 12345 }`. */
  filter?: Record<string, unknown> | undefined;
}

/** The input of an event that calls a cloud function. */
export interface IFunctionRequest {
  /** What the function is called with: any JSON value but undefined. No default. Example: `{ order: 12345 }`. */
  payload: unknown;
}

/** The input of an event that stores a file; needs either `buffer` or `upload_id`. */
export interface IStorageRequest {
  /**
   * The content: bytes (a Node Buffer is a Uint8Array; sent as base64), base64 text, or the JSON of a Buffer.
   * Default: none. Example: `await readFile("invoice.pdf")`.
   */
  buffer?: Uint8Array | string | { type: "Buffer"; data: number[] };
  /** A file that was uploaded before. Default: none. Example: `"upl_0198c2"`. */
  upload_id?: string | undefined;
  /** The name to store it under, 1 to 512 characters. No default. Example: `"invoices/12345.pdf"`. */
  fileName: string;
  /** Its media type. Default: the storage's. Example: `"application/pdf"`. */
  mimeType?: string | undefined;
}
