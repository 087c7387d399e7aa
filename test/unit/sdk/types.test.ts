import type * as z from "zod";
import type { callInput } from "../../../lambdas/consumers/clients/http/call-input.ts";
import type * as Action from "../../../lambdas/consumers/types/action/execute.ts";
import type { databaseInput } from "../../../lambdas/consumers/types/database_action/definition.ts";
import type { DynamoAction } from "../../../lambdas/consumers/types/database_action/target-dynamodb.ts";
import type { MongoAction } from "../../../lambdas/consumers/types/database_action/target-mongodb.ts";
import type { featureInput } from "../../../lambdas/consumers/types/feature/definition.ts";
import type { functionInput } from "../../../lambdas/consumers/types/function/definition.ts";
import type { HttpResult } from "../../../lambdas/consumers/types/function/http.ts";
import type * as Notification from "../../../lambdas/consumers/types/notification/execute.ts";
import type { notificationInput } from "../../../lambdas/consumers/types/notification/input.ts";
import type { publishInput } from "../../../lambdas/consumers/types/publish/definition.ts";
import type * as Publish from "../../../lambdas/consumers/types/publish/execute.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import type { storageInput } from "../../../lambdas/consumers/types/storage/definition.ts";
import type * as Storage from "../../../lambdas/consumers/types/storage/execute.ts";
import type { Verb } from "../../../lambdas/core/access/scopes.ts";
import { type JobType as CoreType, jobTypes } from "../../../lambdas/core/job/job.ts";
import type { JobErrorCode as CoreErrorCode } from "../../../lambdas/core/job/job-error.ts";
import type { RetryConfig as CoreRetryConfig } from "../../../lambdas/core/job/retry-config.ts";
import type { JobStatus as CoreStatus } from "../../../lambdas/core/kernel/job-status.ts";
import type { Unchanged } from "../../../lambdas/core/operations/change-jobs.ts";
import type { ActiveView } from "../../../lambdas/core/queries/active.ts";
import type { Explanation as CoreExplanation } from "../../../lambdas/core/queries/explain.ts";
import type { InputView } from "../../../lambdas/core/queries/input-view.ts";
import type { LimitView } from "../../../lambdas/core/queries/limit-view.ts";
import type { ErrorGroupView } from "../../../lambdas/core/queries/list-errors.ts";
import type { PauseView } from "../../../lambdas/core/queries/pause-view.ts";
import type { MeSchema } from "../../../lambdas/core/queries/schemas/me.ts";
import type { SeriesView } from "../../../lambdas/core/queries/series-view.ts";
import type { StatsView } from "../../../lambdas/core/queries/stats-view.ts";
import type { UpcomingView } from "../../../lambdas/core/queries/upcoming.ts";
import type { JobView, Receipt, RunView, SummaryView } from "../../../lambdas/core/queries/view.ts";
import type { WebhookView } from "../../../lambdas/core/queries/webhook-view.ts";
import type { BulkFilter } from "../../../lambdas/core/requests/bulk-request.ts";
import { JobRequest } from "../../../lambdas/core/requests/job-request.ts";
import type { RescheduleRequest } from "../../../lambdas/core/requests/reschedule-request.ts";
import { bodyOf } from "../../../sdk/src/body.ts";
import type { DuctapeFields, PrefixedInput } from "../../../sdk/src/ductape-input.ts";
import type {
  ActionResult,
  Active,
  BulkError,
  DuctapeJob,
  DuctapeSchedule,
  DynamoResults,
  ErrorGroup,
  EventResult,
  Explanation,
  HttpFunctionResult,
  IActionRequest,
  ICallbackNotification,
  IDbActionRequest,
  IEmailNotification,
  IFunctionRequest,
  IJobProcessorInput,
  INotificationRequest,
  IPublishRequest,
  IPushNotification,
  ISmsNotification,
  IStorageRequest,
  Job,
  JobErrorCode,
  JobFilter,
  JobInputView,
  JobNamespace,
  JobReceipt,
  JobRun,
  JobStatus,
  JobSummary,
  JobType,
  JobVerb,
  Limit,
  Me,
  MongoResults,
  NotificationResult,
  Pause,
  PublishResult,
  Repeat,
  Rescheduling,
  RetryConfig,
  Series,
  Stats,
  StorageResult,
  Upcoming,
  Webhook,
} from "../../../sdk/src/index.ts";
import type { typeOfNamespace } from "../../../sdk/src/job-names.ts";
import { anOrder } from "./fake-api.ts";

/**
 * The SDK's types are written by hand, without zod. Here `tsc` compares them with what the API checks: a field that is
 * added, dropped, renamed or made optional on one side only does not compile.
 */
type Flat<T> = T extends (infer Item)[] ? Flat<Item>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
type Same<A, B> =
  (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : { sdk: A; core: B };
const same = <_ extends true>() => {};

/** Whether the SDK's type of an input accepts all that the API accepts, and has no field besides but `More`, which Ductape has. */
type Accepts<Sdk, Core, More extends PropertyKey = never> = [Core] extends [Sdk]
  ? [Exclude<keyof Core, keyof Sdk>] extends [never]
    ? [Exclude<keyof Sdk, keyof Core | More>] extends [never]
      ? true
      : { unknown: Exclude<keyof Sdk, keyof Core | More> }
    : { missing: Exclude<keyof Core, keyof Sdk> }
  : { sdk: Sdk; core: Core };

type CoreCall = z.input<typeof callInput>;
type CoreNotification = z.input<typeof notificationInput>;
type CoreStorage = z.input<typeof storageInput>;
type Part<Name extends keyof CoreNotification> = NonNullable<CoreNotification[Name]>;

test("the SDK's inputs accept what the API accepts, and Ductape's spellings of it", () => {
  same<Accepts<IActionRequest, CoreCall, keyof PrefixedInput>>();
  same<Accepts<INotificationRequest, CoreNotification, "webhook">>();
  same<Accepts<IPushNotification, Part<"push_notification">>>();
  same<Accepts<IEmailNotification, Part<"email">, "recipients">>();
  // Any name may be a variable of the template.
  same<Accepts<ISmsNotification, Part<"sms">, string | number>>();
  same<Accepts<ICallbackNotification, Part<"callback">>>();
  // The rows of `data` are checked one by one, of which the schema's type says less than the SDK's.
  type Selection = Omit<z.input<typeof databaseInput>, "data">;
  same<Accepts<IDbActionRequest, Selection, "data" | "query">>();
  same<Accepts<IFunctionRequest, z.input<typeof functionInput>>>();
  same<Accepts<IStorageRequest, CoreStorage, "blob" | "metadata">>();
  same<Accepts<IPublishRequest, z.input<typeof publishInput>>>();
  same<Accepts<RetryConfig, CoreRetryConfig, "jitter_percent">>();
  same<Accepts<Repeat, NonNullable<z.input<typeof JobRequest>["repeat"]>, "endDate">>();
  same<Accepts<Rescheduling, RescheduleRequest, keyof DuctapeSchedule | "schedule">>();
  same<Same<Omit<JobFilter, "product" | "namespace"> & { product_tag: string }, BulkFilter>>();

  // The input depends on the type of the event, which TypeScript does not know.
  type Request = Omit<z.input<typeof JobRequest>, "input">;
  same<Accepts<Omit<IJobProcessorInput, "input">, Request, keyof DuctapeFields>>();
  same<Same<Extract<IJobProcessorInput["input"], z.input<typeof featureInput>>, z.input<typeof featureInput>>>();
  const everyInput:
    | IStorageRequest
    | IActionRequest
    | INotificationRequest
    | IDbActionRequest
    | IFunctionRequest
    | IPublishRequest
    | undefined = undefined;
  everyInput satisfies IJobProcessorInput["input"] | undefined;
});

test("the SDK's answers are what the API sends", () => {
  same<Same<JobErrorCode, CoreErrorCode>>();
  same<Same<JobStatus, CoreStatus>>();
  same<Same<JobType, CoreType>>();
  same<Same<JobReceipt, Receipt>>();
  same<Same<Omit<Job, keyof DuctapeJob>, JobView>>();
  same<Same<Omit<JobSummary, keyof DuctapeJob>, SummaryView>>();
  same<Same<JobRun, RunView>>();
  same<Same<Stats, StatsView>>();
  same<Same<Omit<Series, keyof DuctapeJob>, SeriesView>>();
  same<Same<ErrorGroup, ErrorGroupView>>();
  same<Same<Webhook, WebhookView>>();
  same<Same<Limit, LimitView>>();
  same<Same<Pause, PauseView>>();
  same<Same<Upcoming, UpcomingView>>();
  same<Same<Active, ActiveView>>();
  same<Same<Explanation, CoreExplanation>>();
  same<Same<BulkError, Unchanged>>();
  same<Same<JobInputView, InputView>>();
  same<Same<JobVerb, Verb>>();
  same<Same<Me, z.infer<typeof MeSchema>>>();
});

test("the SDK's results are what the executors make", () => {
  same<Same<ActionResult, Action.ActionResult>>();
  same<Same<NotificationResult, Notification.NotificationResult>>();
  same<Same<StorageResult, Storage.StorageResult>>();
  same<Same<PublishResult, Publish.PublishResult>>();
  same<Same<HttpFunctionResult, HttpResult>>();
  same<Same<keyof MongoResults, MongoAction["operation"]>>();
  same<Same<keyof DynamoResults, DynamoAction["operation"]>>();
  same<Same<keyof EventResult, CoreType>>();
  same<Same<(typeof typeOfNamespace)[keyof typeof typeOfNamespace], CoreType>>();
  same<Same<keyof typeof typeOfNamespace, JobNamespace | "api" | "database" | "workflows">>();
});

test("the comparison notices drift", () => {
  same<Same<{ a?: string }, { a?: string }>>();
  // @ts-expect-error optional on one side only
  same<Same<{ a?: string }, { a: string }>>();
  // @ts-expect-error a field on one side only
  same<Same<{ a?: string }, { a?: string; b?: number }>>();
  // @ts-expect-error deep down
  same<Same<{ a: { b?: string[] } }, { a: { b?: string[]; c?: 1 } }>>();
  same<Accepts<{ a?: string; b?: 1 }, { a: string }, "b">>();
  // @ts-expect-error a field that only the API has
  same<Accepts<{ a?: string }, { a: string; b?: 1 }>>();
  // @ts-expect-error a field that only the SDK has
  same<Accepts<{ a?: string; b?: 1 }, { a: string }>>();
  // @ts-expect-error a value that only the API accepts
  same<Accepts<{ a?: string }, { a: string | number }>>();
});

test("the SDK has a type for each input, with the name that Ductape gives it", () => {
  interface Named {
    IActionRequest: IActionRequest;
    INotificationRequest: INotificationRequest;
    IDbActionRequest: IDbActionRequest;
    IFunctionRequest: IFunctionRequest;
    IStorageRequest: IStorageRequest;
    IPublishRequest: IPublishRequest;
    "Record<string, unknown>": Record<string, unknown>;
  }
  type Names = (typeof registry)[keyof typeof registry]["requestName"];
  same<Same<Names, keyof Named>>();
  expect(Object.keys(registry)).toEqual([...jobTypes]);
});

const examples = {
  action: { params: { customer: "c-42" }, query: { tag: ["a", "b"], none: null }, body: { sku: "A-1" } },
  notification: { slug: "welcome", email: { to: ["ada@example.com"], subject: { name: "Ada" }, template: {} } },
  database_action: { data: { status: "shipped" }, filter: { id: 12345 } },
  function: { payload: null },
  storage: { buffer: Buffer.from("hello"), fileName: "hello.txt", mimeType: "text/plain" },
  publish: { message: { order: "A-1" }, key: "c-42", headers: { a: "b" } },
  feature: { anything: [1, 2] },
} satisfies Record<JobType, IJobProcessorInput["input"]>;

test.each(Object.entries(examples))(
  "what the SDK sends for a job of type %s passes the API's schema",
  (type, input) => {
    const sent = JSON.parse(bodyOf({ ...anOrder(), input, start_at: "2030-01-31T09:00:00+01:00", labels: ["a"] }));
    expect(JobRequest.safeParse(sent).error).toBeUndefined();
    expect(registry[type as JobType].input.safeParse(sent.input).error).toBeUndefined();
  },
);
