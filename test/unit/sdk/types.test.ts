import type * as z from "zod";
import type * as Action from "../../../lambdas/consumers/types/action/execute.ts";
import type { databaseInput } from "../../../lambdas/consumers/types/database_action/definition.ts";
import type { DynamoAction } from "../../../lambdas/consumers/types/database_action/target-dynamodb.ts";
import type { MongoAction } from "../../../lambdas/consumers/types/database_action/target-mongodb.ts";
import type { HttpResult } from "../../../lambdas/consumers/types/function/http.ts";
import type * as Notification from "../../../lambdas/consumers/types/notification/execute.ts";
import type * as Publish from "../../../lambdas/consumers/types/publish/execute.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import type * as Storage from "../../../lambdas/consumers/types/storage/execute.ts";
import type { JobType as CoreType } from "../../../lambdas/core/job/job.ts";
import { JobRequest } from "../../../lambdas/core/requests/job-request.ts";
import type { RescheduleRequest } from "../../../lambdas/core/requests/reschedule-request.ts";
import { bodyOf } from "../../../sdk/src/body.ts";
import type { DuctapeFields } from "../../../sdk/src/ductape-input.ts";
import type {
  ActionResult,
  DuctapeSchedule,
  DynamoResults,
  EventResult,
  HttpFunctionResult,
  IDbActionRequest,
  IJobProcessorInput,
  JobNamespace,
  JobType,
  MongoResults,
  NotificationResult,
  PublishResult,
  Rescheduling,
  StorageResult,
} from "../../../sdk/src/index.ts";
import type { typeOfNamespace } from "../../../sdk/src/job-names.ts";
import { anOrder } from "./fake-api.ts";

/**
 * The SDK's types are made of the API's schemas, except for results and for what Ductape's spellings add. Here `tsc` compares these: a
 * field that is added, dropped, renamed or made optional on one side only does not compile.
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

test("the SDK's types accept all that the API's schemas do", () => {
  // The input depends on the type of the event, which TypeScript does not know.
  type Request = Omit<z.input<typeof JobRequest>, "input">;
  same<Accepts<Omit<IJobProcessorInput, "input">, Request, keyof DuctapeFields>>();
  // The rows of `data` are checked one by one, of which the schema's type says less than the SDK's.
  type Selection = Omit<z.input<typeof databaseInput>, "data">;
  same<Accepts<IDbActionRequest, Selection, "data" | "query">>();
  same<Accepts<Rescheduling, RescheduleRequest, keyof DuctapeSchedule | "schedule">>();
});

test("the SDK's types of results are the executors'", () => {
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

test("the comparison of types notices drift", () => {
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

const examples = {
  action: { params: { customer: "c-42" }, query: { tag: ["a", "b"], none: null }, body: { sku: "A-1" } },
  notification: { slug: "welcome", email: { to: ["ada@example.com"], subject: { name: "Ada" }, template: {} } },
  database_action: { data: { status: "shipped" }, filter: { id: 12345 } },
  function: { payload: null },
  storage: { buffer: Buffer.from("hello"), fileName: "hello.txt", mimeType: "text/plain" },
  publish: { message: { order: "A-1" }, key: "c-42", headers: { a: "b" } },
  feature: { anything: [1, 2] },
} satisfies Record<JobType, IJobProcessorInput["input"]>;

test.each(Object.entries(examples))("the SDK's request for a job of type %s passes the API's schema", (type, input) => {
  const sent = JSON.parse(bodyOf({ ...anOrder(), input, start_at: "2030-01-31T09:00:00+01:00", labels: ["a"] }));
  expect(JobRequest.safeParse(sent).error).toBeUndefined();
  expect(registry[type as JobType].input.safeParse(sent.input).error).toBeUndefined();
});
