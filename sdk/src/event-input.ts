import type * as Ductape from "./ductape-input.ts";
import type { Query, RequestHeaders, Scalar } from "./http-values.ts";

/** The input of an event that calls an action of an app. It is merged over the action's own defaults. */
export interface IActionRequest extends Ductape.PrefixedInput {
  /**
   * Query parameters.
   * @default the action's
   * @example `{ notify: true }`
   */
  query?: Query | undefined;
  /**
   * Fills the `:name` parts of the action's path.
   * @default the action's
   * @example `{ customer: "c-42" }`
   */
  params?: Record<string, Scalar> | undefined;
  /**
   * The JSON body: a record or a list.
   * @default the action's
   * @example `{ sku: "A-1", quantity: 2 }`
   */
  body?: Record<string, unknown> | unknown[] | undefined;
  /**
   * Request headers.
   * @default the action's
   * @example `{ "x-channel": "web" }`
   */
  headers?: RequestHeaders | undefined;
}

/** The input of an event that sends a notification: a message by its slug, and at least one channel. */
export interface INotificationRequest extends Ductape.DuctapeNotification<ICallbackNotification> {
  /**
   * The message to send, one of those that the catalog lists. Required, unless the event names it: `notification:message`.
   * @example `"order_update"`
   */
  slug?: string | undefined;
  /**
   * Selects the translation.
   * @default `"en"`, or the only locale there is
   * @example `"fr"`
   */
  locale?: string | undefined;
  /**
   * Sends a push notification.
   * @default none is sent
   * @see {@link IPushNotification}
   */
  push_notification?: IPushNotification | undefined;
  /**
   * Sends an e-mail.
   * @default none is sent
   * @see {@link IEmailNotification}
   */
  email?: IEmailNotification | undefined;
  /**
   * Sends an SMS.
   * @default none is sent
   * @see {@link ISmsNotification}
   */
  sms?: ISmsNotification | undefined;
  /**
   * Calls the notification's callback URL.
   * @default it is not called
   * @example `{ body: { order: 12345 } }`
   */
  callback?: ICallbackNotification | undefined;
}

/**
 * The variables of the message's template for this field. If the catalog has no template for it, the text itself, or the text by
 * locale.
 * @example `{ name: "Ada" }`, or `"Order shipped"`, or `{ en: "Order shipped", fr: "Commande expédiée" }`
 */
export type TemplateInput = Record<string, unknown> | string;

/** A push notification; needs `device_token` or `device_tokens`. */
export interface IPushNotification {
  /**
   * The title.
   * @default none, for a message whose template needs no variables
   * @example `{ en: "Order Shipped" }`
   */
  title?: TemplateInput | undefined;
  /**
   * The text.
   * @default none, for a message whose template needs no variables
   * @example `{ en: "Your order has been shipped!" }`
   */
  body?: TemplateInput | undefined;
  /**
   * Passed to the app unchanged.
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
export interface IEmailNotification extends Ductape.DuctapeRecipients {
  /** The address, or up to 500 of them, as a list or as one string with commas. Required, unless there are `recipients`. */
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
 * An SMS; needs `to` or `recipients`, and `body`. Where the catalog's message has a template for the number and the text, it is the
 * variables of that template instead.
 */
export interface ISmsNotification extends Ductape.DuctapeRecipients {
  /**
   * The number in E.164 form, or up to 500 of them.
   * @example `"+33612345678"`
   */
  to?: string | string[] | undefined;
  /**
   * The text.
   * @example `{ en: "Your order has been shipped!" }`
   */
  body?: TemplateInput | undefined;
  /** A variable of the message's template. */
  [variable: string]: unknown;
}

/** A call of the notification's callback URL. */
export interface ICallbackNotification {
  /**
   * Query parameters.
   * @default none
   * @example `{ source: "jobs" }`
   */
  query?: Query | undefined;
  /**
   * Fills the `:name` parts of the URL.
   * @default none
   * @example `{ order: 12345 }`
   */
  params?: Record<string, Scalar> | undefined;
  /**
   * The JSON body: a record or a list.
   * @default none
   * @example `{ status: "shipped" }`
   */
  body?: Record<string, unknown> | unknown[] | undefined;
  /**
   * Request headers.
   * @default none
   * @example `{ "x-channel": "web" }`
   */
  headers?: RequestHeaders | undefined;
}

/** The input of an event that runs a named action of a database. */
export interface IDbActionRequest extends Ductape.DuctapeQuery {
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
   * @default none, for a function that takes nothing
   * @example `{ order: 12345 }`
   */
  payload?: unknown;
}

/** The bytes of a file: a Node Buffer is a Uint8Array and sent as base64; or base64 text, or the JSON of a Buffer. */
export type FileContent = Uint8Array | string | { type: "Buffer"; data: number[] };

/** The input of an event that stores a file; needs either `buffer` or `upload_id`. */
export interface IStorageRequest extends Ductape.DuctapeBlob<FileContent> {
  /**
   * The content: bytes (a Node Buffer is a Uint8Array; sent as base64), base64 text, or the JSON of a Buffer.
   * @default none
   * @example `await readFile("invoice.pdf")`
   */
  buffer?: FileContent | undefined;
  /**
   * A file that was uploaded before.
   * @default none
   * @example `"upl_0198c2"`
   */
  upload_id?: string | undefined;
  /**
   * The name to store it under, 1 to 512 characters.
   * @default made of the job's id and the media type
   * @example `"invoices/12345.pdf"`
   */
  fileName?: string | undefined;
  /**
   * Its media type. An empty text is the same as none.
   * @default read from the content, then from the name
   * @example `"application/pdf"`
   */
  mimeType?: string | undefined;
  /**
   * Stored with the file.
   * @default none
   * @example `{ order: "12345" }`
   */
  metadata?: Record<string, string> | undefined;
}

/** The input of an event that publishes a message to a broker. */
export interface IPublishRequest {
  /**
   * The message: any JSON value. A string is sent as it is, anything else as JSON; EventBridge takes objects only.
   * @example `{ order: "A-1", total: 12.5 }`
   */
  message: unknown;
  /**
   * What the broker orders or routes by, 1 to 255 characters: the group of SQS and SNS, Kafka's key, RabbitMQ's routing key.
   * Required for a FIFO queue or topic.
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
