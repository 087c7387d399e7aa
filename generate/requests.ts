import { callInput, scalar } from "../lambdas/consumers/clients/http/call-input.ts";
import { databaseInput } from "../lambdas/consumers/types/database_action/definition.ts";
import { functionInput } from "../lambdas/consumers/types/function/definition.ts";
import { notificationInput } from "../lambdas/consumers/types/notification/input.ts";
import { publishInput } from "../lambdas/consumers/types/publish/definition.ts";
import { registry } from "../lambdas/consumers/types/registry.ts";
import { storageInput } from "../lambdas/consumers/types/storage/definition.ts";
import { DebounceRequest, UniqueRequest } from "../lambdas/core/catalog/sharing-fields.ts";
import { RetryConfig } from "../lambdas/core/job/retry-config.ts";
import { Time } from "../lambdas/core/kernel/start-time.ts";
import { JobStatusSchema, JobTypeSchema } from "../lambdas/core/queries/schemas/job.ts";
import { BulkFilter } from "../lambdas/core/requests/bulk-request.ts";
import { DecisionRequest } from "../lambdas/core/requests/decision-request.ts";
import { IgnoreRequest } from "../lambdas/core/requests/incident-request.ts";
import { JobRequest } from "../lambdas/core/requests/job-request.ts";
import { OperationRequest } from "../lambdas/core/requests/operation-request.ts";
import { PauseRequest } from "../lambdas/core/requests/pause-request.ts";
import { PinRequest } from "../lambdas/core/requests/pin-request.ts";
import { RepeatRequest } from "../lambdas/core/requests/repeat-request.ts";
import { SessionRequest } from "../lambdas/core/requests/session-request.ts";
import { SignalRequest } from "../lambdas/core/requests/signal-request.ts";
import type { Shape } from "./typescript.ts";

const inputs = Object.values(registry).map(({ type, requestName }) => ({ type, requestName }));

/** The type of the input of each type of event. */
export const eventInput = `/** The input of events, by their type. */
export interface EventInput {
${inputs.map(({ type, requestName }) => `${type}: ${requestName};`).join("\n")}
}`;

const channels = notificationInput.shape;
const email = channels.email.unwrap();
const tenant = ["product_tag", "env", "event"];

/** What the SDK takes, by the names that it has there. The names of inputs are Ductape's. */
export const requests: Record<string, Shape> = {
  IJobProcessorInput: {
    schema: JobRequest,
    doc: "The job to schedule: an event of a product in one of its environments, the input and the start time. It may also be written as in Ductape's documentation.",
    extends: ["DuctapeFields"],
    defaults: {
      env: "the client's `env`",
      product_tag: "the client's `product`",
      idempotency_key: "a random one for each call, so that the client's own retries are safe",
    },
    fields: {
      input: inputs.map(({ requestName }) => requestName).join(" | "),
      cache: "string | Record<string, never> | null",
      session: "JobSession | SessionText | Unavailable",
    },
  },
  JobSession: { schema: SessionRequest },
  Repeat: { schema: RepeatRequest, extends: ["DuctapeRepeat"] },
  RetryConfig: { schema: RetryConfig },
  Debounce: { schema: DebounceRequest },
  Unique: { schema: UniqueRequest },
  IActionRequest: {
    schema: callInput,
    doc: "The input of an event that calls an action of an app. It is merged over the action's own defaults.",
    extends: ["PrefixedInput"],
  },
  INotificationRequest: {
    schema: notificationInput,
    doc: "The input of an event that sends a notification: a message by its slug, and at least one channel.",
    extends: ["DuctapeNotification<ICallbackNotification>"],
    defaults: { slug: "the message that the event names: `notification:message`" },
  },
  IPushNotification: { schema: channels.push_notification.unwrap() },
  IEmailNotification: { schema: email, extends: ["DuctapeRecipients"], defaults: { to: "`recipients`" } },
  ISmsNotification: {
    schema: channels.sms.unwrap(),
    doc: "An SMS; needs `to` or `recipients`, and `body`. Where the catalog's message has a template for the number and the text, it is the variables of that template instead.",
    extends: ["DuctapeRecipients", "Record<string, unknown>"],
  },
  ICallbackNotification: { schema: callInput, doc: "A call of the notification's callback URL." },
  IDbActionRequest: {
    schema: databaseInput,
    doc: "The input of an event that runs a named action of a database.",
    extends: ["DuctapeQuery"],
    fields: { data: "Record<string, unknown> | Record<string, unknown>[]" },
  },
  IFunctionRequest: { schema: functionInput, doc: "The input of an event that calls a cloud function." },
  IStorageRequest: {
    schema: storageInput,
    doc: "The input of an event that stores a file; needs either `buffer` or `upload_id`.",
    extends: ["DuctapeBlob<FileContent>"],
  },
  IPublishRequest: { schema: publishInput, doc: "The input of an event that publishes a message to a broker." },
  JobFields: { schema: BulkFilter, doc: "What jobs are selected by, besides their product.", omit: tenant },
  OperationFields: {
    schema: OperationRequest,
    doc: "What is done to many jobs, why, and how fast.",
    omit: ["filter"],
    defaults: { idempotency_key: "a random one for each call, so that the client's own retries are safe" },
  },
  PauseFields: { schema: PauseRequest, doc: "What is paused besides a product, why, and until when.", omit: tenant },
  SignalFields: {
    schema: SignalRequest,
    doc: "A message to runs that wait for it, besides its product and env.",
    omit: tenant,
  },
  DecisionFields: { schema: DecisionRequest, doc: "A decision on an approval." },
  IgnoreFields: { schema: IgnoreRequest, doc: "For how long an incident is ignored." },
  LimitPin: {
    schema: PinRequest,
    doc: "The numbers that are to hold instead of the catalog's: `concurrency`, `rate` or both.",
    defaults: { concurrency: "the catalog's", rate: "the catalog's" },
  },
};

/** Types of fields that are written by hand, or are those of answers. */
export const known = {
  JobStatus: JobStatusSchema,
  JobType: JobTypeSchema,
  Time,
  Scalar: scalar,
  Query: callInput.shape.query.unwrap(),
  RequestHeaders: callInput.shape.headers.unwrap(),
  TemplateInput: email.shape.subject.unwrap(),
  FileContent: storageInput.shape.buffer.unwrap(),
  RetryCode: RetryConfig.shape.retryable_errors.unwrap().element,
};
