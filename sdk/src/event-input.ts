/** A value that a URL, a header or a template can hold. */
export type Scalar = string | number | boolean;

/** Query parameters: a list repeats its parameter, null leaves it out. */
export type Query = Record<string, Scalar | Scalar[] | null>;

/** The input of an event that calls an action of an app. It is merged over the action's own defaults. */
export interface IActionRequest {
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
   * The JSON body.
   * @default the action's
   * @example `{ sku: "A-1", quantity: 2 }`
   */
  body?: Record<string, unknown> | undefined;
  /**
   * Request headers.
   * @default the action's
   * @example `{ "x-channel": "web" }`
   */
  headers?: Record<string, Scalar> | undefined;
}

/** The input of an event that sends a notification: a message by its slug, and at least one channel. */
export interface INotificationRequest {
  /**
   * The message to send, one of those that the catalog lists.
   * @example `"order_update"`
   */
  slug: string;
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
 * The variables of the message's template for this field. If the catalog has no template for it, the text itself by
 * locale.
 * @example `{ name: "Ada" }`, or `{ en: "Order shipped", fr: "Commande expédiée" }`
 */
export type TemplateInput = Record<string, Scalar>;

/** A push notification; needs `device_token` or `device_tokens`. */
export interface IPushNotification {
  /**
   * The title.
   * @example `{ en: "Order Shipped" }`
   */
  title: TemplateInput;
  /**
   * The text.
   * @example `{ en: "Your order has been shipped!" }`
   */
  body: TemplateInput;
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
export interface IEmailNotification {
  /** The address, or up to 500 of them, as a list or as one string with commas. No default. Example: `"ada@example.com"`. */
  to: string | string[];
  /**
   * The subject.
   * @example `{ name: "Ada" }`
   */
  subject: TemplateInput;
  /**
   * The HTML body.
   * @example `{ name: "Ada" }`
   */
  template: TemplateInput;
}

/** An SMS. */
export interface ISmsNotification {
  /**
   * The number in E.164 form, or up to 500 of them.
   * @example `"+33612345678"`
   */
  to: string | string[];
  /**
   * The text.
   * @example `{ en: "Your order has been shipped!" }`
   */
  body: TemplateInput;
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
   * The JSON body.
   * @default none
   * @example `{ status: "shipped" }`
   */
  body?: Record<string, unknown> | undefined;
  /**
   * Request headers.
   * @default none
   * @example `{ "x-channel": "web" }`
   */
  headers?: Record<string, Scalar> | undefined;
}

/** The input of an event that runs a named action of a database. */
export interface IDbActionRequest {
  /**
   * The values of the action's placeholders.
   * @default none, for an action that has only a filter
   * @example `{ status: "shipped" }`
   */
  data?: Record<string, unknown> | undefined;
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
   * The function's argument: any JSON value, but not undefined.
   * @example `{ order: 12345 }`
   */
  payload: unknown;
}

/** The input of an event that stores a file; needs either `buffer` or `upload_id`. */
export interface IStorageRequest {
  /**
   * The content: bytes (a Node Buffer is a Uint8Array; sent as base64), base64 text, or the JSON of a Buffer.
   * @default none
   * @example `await readFile("invoice.pdf")`
   */
  buffer?: Uint8Array | string | { type: "Buffer"; data: number[] };
  /**
   * A file that was uploaded before.
   * @default none
   * @example `"upl_0198c2"`
   */
  upload_id?: string | undefined;
  /**
   * The name to store it under, 1 to 512 characters.
   * @example `"invoices/12345.pdf"`
   */
  fileName: string;
  /**
   * Its media type.
   * @default the storage's
   * @example `"application/pdf"`
   */
  mimeType?: string | undefined;
}
