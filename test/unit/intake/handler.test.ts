import type { Context, SQSRecord } from "aws-lambda";
import { intakeHandler } from "../../../lambdas/aws/lambda/intake-handler.ts";
import { redeliverySeconds } from "../../../lambdas/aws/sqs/redelivery.ts";
import { derivedJobId } from "../../../lambdas/core/job/job-id.ts";
import { takeImports } from "../../../lambdas/intake/import/take-imports.ts";
import { scheduleDirectCall } from "../../../lambdas/intake/schedule-request.ts";
import { takeMessages } from "../../../lambdas/intake/take-messages.ts";
import { noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { throttled } from "../../support/fakes/failures.ts";
import { busEvent, eventId } from "../../support/intake/envelopes.ts";
import { intakeServices, order } from "../../support/intake/services.ts";

/** The handler as in `handler.ts`, on fakes. */
function anIntake() {
  const hidden: { ids: string[]; queue: string }[] = [];
  const redeliveryOf = (queue: string) => ({
    soon: async (records: readonly SQSRecord[]) =>
      void hidden.push({ ids: records.map(({ messageId }) => messageId), queue }),
  });
  const redelivery = { intake: redeliveryOf("intake"), imports: redeliveryOf("imports") };
  const services = { ...intakeServices(), redelivery, importQueueName: "imports" };
  const handler = intakeHandler(() => services, {
    request: scheduleDirectCall,
    messages: takeMessages,
    imports: takeImports,
  });
  const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 60_000 } as Context;
  return { services, hidden, invoke: (event: unknown) => handler(event, context) };
}

const record = (messageId: string, content: unknown, queue = "intake"): SQSRecord => ({
  messageId,
  receiptHandle: `handle of ${messageId}`,
  body: typeof content === "string" ? content : JSON.stringify(content),
  attributes: {
    ApproximateReceiveCount: "1",
    SentTimestamp: String(noon - 5000),
    SenderId: "AIDA",
    ApproximateFirstReceiveTimestamp: String(noon),
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: `arn:aws:sqs:us-east-1:111122223333:${queue}`,
  awsRegion: "us-east-1",
});

const failureOf = async (promise: Promise<unknown>): Promise<Error> => {
  const outcome = await promise.catch((error: unknown) => error);
  if (!(outcome instanceof Error)) throw new Error("it did not fail");
  return outcome;
};

describe("a direct invocation of the intake", () => {
  test("returns the receipt", async () => {
    const { invoke } = anIntake();
    expect(await invoke(order({ start_at: noon + 60_000 }))).toEqual({
      job_id: derivedJobId("my-product", "prd", "lambda:request-1"),
      status: "scheduled",
      scheduled_at: noon + 60_000,
      recurring: false,
    });
  });

  test("of a recurring job returns the next run's time", async () => {
    const { invoke } = anIntake();
    expect(await invoke(order({ repeat: { every: 60_000 } }))).toMatchObject({ recurring: true, next_run_at: noon });
  });

  test("that Lambda repeats returns the same job", async () => {
    const { invoke, services } = anIntake();
    expect(await invoke(order())).toEqual(await invoke(order()));
    await invoke(busEvent(order()));
    const names = ["lambda:request-1", `eventbridge:${eventId}`].map((key) => derivedJobId("my-product", "prd", key));
    expect(services.jobs.all().map(({ id }) => id)).toEqual(names);
    expect(services.jobs.all().map(({ request_id }) => request_id)).toEqual(["request-1", eventId]);
  });

  test("throws an error type that Step Functions can match", async () => {
    const error = await failureOf(anIntake().invoke(order({ input: { bdy: "s3cret" } })));
    expect(error.name).toBe("InvalidRequest");
    expect(JSON.parse(error.message)).toEqual({
      type: "urn:ductape:problem:invalid-request",
      title: "Invalid request",
      status: 400,
      detail: expect.any(String),
      code: "INVALID_REQUEST",
      errors: [{ pointer: "/input/bdy", detail: 'unknown field. Did you mean "body"?' }],
      request_id: "request-1",
    });
    // Lambda sends the stack to the caller, too.
    expect(error.stack).toBe("InvalidRequest");
    expect(error.message).not.toContain("s3cret");
  });

  test.each([
    ["EnvNotFound", order({ env: "qa" })],
    ["ProductNotFound", order({ product_tag: "none" })],
    ["EventNotFound", order({ event: "none" })],
    ["InvalidRequest", null],
    ["InvalidRequest", [order()]],
    ["InvalidRequest", "text"],
    ["InvalidRequest", {}],
    ["InvalidRequest", { ...order(), input: JSON.parse('{"body": {"__proto__": {}}}') }],
  ])("throws for a fault: %s", async (name, payload) => {
    expect((await failureOf(anIntake().invoke(payload))).name).toBe(name);
  });

  test("throws Unavailable if AWS refuses, and Internal for a fault of ours", async () => {
    const { invoke, services } = anIntake();
    services.jobs.create = async () => {
      throw throttled("s3cret");
    };
    expect((await failureOf(invoke(order()))).name).toBe("Unavailable");
    services.catalog = {
      ...catalog,
      find: () => {
        throw new TypeError("s3cret");
      },
    };
    const error = await failureOf(invoke(order()));
    expect(error.name).toBe("Internal");
    expect(error.message).not.toContain("s3cret");
    expect(JSON.stringify(services.log.lines)).not.toContain("s3cret");
  });

  test("throws IdempotencyMismatch with the job's id for a reused key", async () => {
    const { invoke } = anIntake();
    const receipt = (await invoke(order({ idempotency_key: "k" }))) as { job_id: string };
    const error = await failureOf(invoke(order({ idempotency_key: "k", retries: 1 })));
    expect(error.name).toBe("IdempotencyMismatch");
    expect(JSON.parse(error.message)).toMatchObject({ job_id: receipt.job_id });
  });
});

describe("a batch of the intake queue", () => {
  test("takes the time that a message was sent as the current time", async () => {
    const { invoke, services } = anIntake();
    expect(await invoke({ Records: [record("m1", order())] })).toEqual({ batchItemFailures: [] });
    expect(services.jobs.all()).toMatchObject([{ due_at: noon - 5000 }]);
  });

  test("reports the messages to redeliver and has them come soon", async () => {
    const { invoke, services, hidden } = anIntake();
    const { create } = services.jobs;
    const bad = derivedJobId("my-product", "prd", "sqs:m2");
    services.jobs.create = (job) => (job.id === bad ? Promise.reject(throttled()) : create(job));
    const answer = await invoke({ Records: [record("m1", order()), record("m2", order()), record("m3", "{")] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m2" }] });
    expect(hidden).toEqual([{ ids: ["m2"], queue: "intake" }]);
    expect(services.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual([{ values: { messages_failed: 1 } }]);
    expect(services.rejections.rejected.map(({ detail }) => detail.message_id)).toEqual(["m3"]);
  });
});

test("a batch of the imports queue is never treated as requests", async () => {
  const { invoke, services, hidden } = anIntake();
  expect(await invoke({ Records: [record("m1", order(), "imports")] })).toEqual({
    batchItemFailures: [{ itemIdentifier: "m1" }],
  });
  expect(hidden).toEqual([{ ids: ["m1"], queue: "imports" }]);
  expect(services.jobs.all()).toEqual([]);
});

test("a failed message of the intake comes again later and later", () => {
  expect([1, 2, 3, 8, 9, 20].map(redeliverySeconds)).toEqual([5, 10, 20, 640, 900, 900]);
});
