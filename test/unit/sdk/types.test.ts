import type * as z from "zod";
import type { callInput } from "../../../lambdas/consumers/clients/http/call-input.ts";
import type { databaseInput } from "../../../lambdas/consumers/types/database_action/definition.ts";
import type { featureInput } from "../../../lambdas/consumers/types/feature/definition.ts";
import type { functionInput } from "../../../lambdas/consumers/types/function/definition.ts";
import type { notificationInput } from "../../../lambdas/consumers/types/notification/input.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import type { storageInput } from "../../../lambdas/consumers/types/storage/definition.ts";
import { type JobStatus as CoreStatus, type JobType as CoreType, jobTypes } from "../../../lambdas/core/job/job.ts";
import type { JobErrorCode as CoreErrorCode } from "../../../lambdas/core/job/job-error.ts";
import type { Unchanged } from "../../../lambdas/core/operations/change-jobs.ts";
import type { Explanation as CoreExplanation } from "../../../lambdas/core/queries/explain.ts";
import type { StatsView } from "../../../lambdas/core/queries/stats-view.ts";
import type { JobView, Receipt, RunView, SummaryView } from "../../../lambdas/core/queries/view.ts";
import type { BulkFilter } from "../../../lambdas/core/requests/bulk-request.ts";
import { JobRequest } from "../../../lambdas/core/requests/job-request.ts";
import type { RescheduleRequest } from "../../../lambdas/core/requests/reschedule-request.ts";
import type { RetryConfig as CoreRetryConfig } from "../../../lambdas/core/requests/retry-config.ts";
import { bodyOf } from "../../../sdk/src/body.ts";
import type {
  BulkError,
  Explanation,
  IActionRequest,
  IDbActionRequest,
  IFunctionRequest,
  IJobProcessorInput,
  INotificationRequest,
  IStorageRequest,
  Job,
  JobErrorCode,
  JobFilter,
  JobReceipt,
  JobRun,
  JobStatus,
  JobSummary,
  JobType,
  Rescheduling,
  RetryConfig,
  Stats,
} from "../../../sdk/src/index.ts";
import { anOrder } from "./fake-api.ts";

/**
 * The SDK's types are written by hand, without zod. Here `tsc` compares them with what the API checks: a field that is
 * added, dropped, renamed or made optional on one side only does not compile.
 */
type Flat<T> = T extends (infer Item)[] ? Flat<Item>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
type Same<A, B> =
  (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : { sdk: A; core: B };
const same = <_ extends true>() => {};

test("the SDK's inputs are what the API accepts", () => {
  same<Same<IActionRequest, z.input<ReturnType<typeof callInput>>>>();
  same<Same<INotificationRequest, z.input<ReturnType<typeof notificationInput>>>>();
  same<Same<IDbActionRequest, z.input<ReturnType<typeof databaseInput>>>>();
  same<Same<IFunctionRequest, z.input<ReturnType<typeof functionInput>>>>();
  same<Same<RetryConfig, CoreRetryConfig>>();

  // Only the SDK has bytes: it sends them as base64.
  type Wire = Omit<IStorageRequest, "buffer"> & { buffer?: Exclude<IStorageRequest["buffer"], Uint8Array> };
  same<Same<Wire, z.input<ReturnType<typeof storageInput>>>>();

  same<Same<Rescheduling, RescheduleRequest>>();
  same<Same<JobFilter, BulkFilter>>();

  // The input depends on the type of the event, which TypeScript does not know.
  same<Same<Omit<IJobProcessorInput, "input">, Omit<z.input<typeof JobRequest>, "input">>>();
  same<
    Same<
      Extract<IJobProcessorInput["input"], z.input<ReturnType<typeof featureInput>>>,
      z.input<ReturnType<typeof featureInput>>
    >
  >();
  const everyInput: Wire | IActionRequest | INotificationRequest | IDbActionRequest | IFunctionRequest | undefined =
    undefined;
  everyInput satisfies IJobProcessorInput["input"] | undefined;
});

test("the SDK's answers are what the API sends", () => {
  same<Same<JobErrorCode, CoreErrorCode>>();
  same<Same<JobStatus, CoreStatus>>();
  same<Same<JobType, CoreType>>();
  same<Same<JobReceipt, Receipt>>();
  same<Same<Job, JobView>>();
  same<Same<JobSummary, SummaryView>>();
  same<Same<JobRun, RunView>>();
  same<Same<Stats, StatsView>>();
  same<Same<Explanation, CoreExplanation>>();
  same<Same<BulkError, Unchanged>>();
});

test("the comparison notices drift", () => {
  same<Same<{ a?: string }, { a?: string }>>();
  // @ts-expect-error optional on one side only
  same<Same<{ a?: string }, { a: string }>>();
  // @ts-expect-error a field on one side only
  same<Same<{ a?: string }, { a?: string; b?: number }>>();
  // @ts-expect-error deep down
  same<Same<{ a: { b?: string[] } }, { a: { b?: string[]; c?: 1 } }>>();
});

test("the SDK has a type for each input, with the name that Ductape gives it", () => {
  interface Named {
    IActionRequest: IActionRequest;
    INotificationRequest: INotificationRequest;
    IDbActionRequest: IDbActionRequest;
    IFunctionRequest: IFunctionRequest;
    IStorageRequest: IStorageRequest;
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
  feature: { anything: [1, 2] },
} satisfies Record<JobType, IJobProcessorInput["input"]>;

test.each(Object.entries(examples))(
  "what the SDK sends for a job of type %s passes the API's schema",
  (type, input) => {
    const sent = JSON.parse(bodyOf({ ...anOrder(), input, start_at: "2030-01-31T09:00:00+01:00", labels: ["a"] }));
    expect(JobRequest.safeParse(sent).error).toBeUndefined();
    expect(registry[type as JobType].input().safeParse(sent.input).error).toBeUndefined();
  },
);
