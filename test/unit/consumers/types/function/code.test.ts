import { answerCall } from "../../../../../lambdas/code/answer-call.ts";
import { defineFunction } from "../../../../../lambdas/code/define-function.ts";
import { functionExecutor } from "../../../../../lambdas/consumers/types/function/execute.ts";
import type { CallMessage } from "../../../../../lambdas/core/job/code-messages.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { Finished } from "../../../../../lambdas/core/operations/execution.ts";
import { anExecution } from "../../../../support/an-execution.ts";
import { aJob } from "../../../../support/builders.ts";
import * as functions from "../../../../support/code/functions.ts";

const noClients = async () => {
  throw new Error("no client is needed");
};
const event = { type: "function", function: "price" } as const;
const target = { code: "../functions/price.ts" };
const job = aJob({ type: "function", event: "calculate", timeout_ms: 10_000 });

/** Runs a job whose code answers so. */
function run(answer: unknown, overrides: object = {}) {
  const messages: CallMessage[] = [];
  const invoker = {
    call: async (_product: string, message: CallMessage) => {
      messages.push(message);
      return typeof answer === "function" ? answer(message) : answer;
    },
  };
  const execution = anExecution({ job, event, target, input: { payload: { sku: "A-1" } }, ...overrides });
  return { messages, result: functionExecutor(noClients, invoker)(execution) };
}

const failing = async (answer: unknown, overrides: object = {}): Promise<JobError> => {
  const error: unknown = await run(answer, overrides).result.catch((caught: unknown) => caught);
  if (error instanceof JobError) return error;
  throw error;
};
const failed = (more: object) => {
  const error = { name: "Error", message: "m" };
  return { v: 1, outcome: { is: "failed", by: "threw", error, ...more } };
};

describe("a job of a function of the team's own", () => {
  it("asks its product's code, and has its result", async () => {
    const host = {
      functions: { price: { load: async () => functions, export: "price", file: "functions.ts" } },
      resolve: async () => "",
      write: () => {},
    };
    const { result, messages } = run((message: CallMessage) => answerCall(host, message));
    expect(await result).toEqual({ total: 1999, currency: "EUR" });
    expect(messages).toEqual([
      {
        ...{
          v: 1,
          kind: "call",
          function: "price",
          payload: { sku: "A-1" },
          reply: "sync",
          deadline_ms: expect.any(Number),
        },
        ...{ job_id: job.id, run: 1, attempt: 1, product: job.product, env: job.env, event: "calculate" },
        idempotency_key: `${job.id}-1`,
      },
    ]);
  });

  it("passes on the trace of the attempt, with nothing where there is none", async () => {
    const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "a=1" };
    const answer = { v: 1, outcome: { is: "completed", value: { v: 1 } } };
    const traced = run(answer, { trace });
    await traced.result;
    expect(traced.messages[0]?.trace).toEqual(trace);
    const plain = run(answer);
    await plain.result;
    expect(plain.messages[0]).not.toHaveProperty("trace");
  });

  it("gives the code a little less time than it has, so that its answer arrives", async () => {
    const { result, messages } = run({ v: 1, outcome: { is: "completed", value: { v: 1 } } });
    await result;
    expect(messages[0]?.deadline_ms).toBe(9750);
  });

  it("shows its last progress, and passes it to the next attempt", async () => {
    const { result, messages } = run(
      { v: 1, outcome: { is: "completed", value: { v: 1 } }, progress: { page: 2 } },
      { progress: { page: 1 } },
    );
    expect(await result).toEqual(new Finished(1, { page: 2 }));
    expect(messages[0]?.progress).toEqual({ page: 1 });
    expect(await failing({ ...failed({}), progress: { page: 3 } })).toMatchObject({ progress: { page: 3 } });
  });

  it("says what was thrown by its name, and keeps the rest apart", async () => {
    const error = { name: "CardDeclined", message: "card 4242 of A-1", stack: "at pay (pay.ts:7:3)" };
    const caught = await failing(failed({ error, retryable: false, retry_after_ms: 5 }));
    expect(caught).toMatchObject({
      code: "PROVIDER_ERROR",
      message: "price threw CardDeclined.",
      retryable: false,
      retryAfterMs: 5,
      providerCode: "CardDeclined",
      thrown: error,
    });
    expect(caught.message).not.toContain("4242");
  });

  it("waits for a year at most, however late the error wants the next attempt", async () => {
    const caught = await failing(failed({ retry_after_ms: 1e15, code: "LATER" }));
    expect(caught).toMatchObject({ retryAfterMs: 365 * 86_400_000, providerCode: "LATER" });
  });

  it.each([
    ["threw", "PROVIDER_ERROR", true, "price threw Error."],
    ["input", "VALIDATION_ERROR", false, "The payload is none that price takes."],
    ["result", "PROVIDER_ERROR", false, "price has run, but what it returned cannot be kept."],
    ["timeout", "TIMEOUT", true, "price had not ended after 9750 ms."],
    ["a later version says", "PROVIDER_ERROR", true, "price threw Error."],
  ])("fails by %s", async (by, code, retryable, message) => {
    expect(await failing(failed({ by }))).toMatchObject({ code, retryable, message });
  });

  it("does not name what stands in the payload", async () => {
    const caught = await failing(failed({ error: { name: "A-1 is bad", message: "" }, code: "A-1" }));
    expect(caught).toMatchObject({ message: "price threw something.", providerCode: undefined });
  });

  it("is a mistake of the deployment if the code refuses", async () => {
    const caught = await failing({
      v: 1,
      refuse: { code: "UNKNOWN_FUNCTION", message: "This code has no function price." },
    });
    expect(caught).toMatchObject({
      code: "CONFIGURATION_ERROR",
      retryable: false,
      message: "This code has no function price.",
    });
  });

  it.each([
    undefined,
    null,
    "<html>",
    { v: 2, outcome: { is: "completed", value: { v: 1 } } },
    { v: 1 },
    { v: 1, outcome: { is: "completed" } },
  ])("is tried again after what is no answer: %j", async (answer) => {
    expect(await failing(answer)).toMatchObject({
      code: "PROVIDER_ERROR",
      retryable: true,
      message: expect.stringContaining("no answer of version 1"),
    });
  });

  it("shortens what other code than ours has not", async () => {
    const error = { name: "n".repeat(1000), message: "m".repeat(9000), stack: "s".repeat(9000) };
    const { thrown } = await failing(failed({ error }));
    expect([thrown?.name.length, thrown?.message.length, thrown?.stack?.length]).toEqual([100, 1000, 2000]);
  });
});

test("a function without a schema takes any payload", () => {
  expect(defineFunction({ run: () => 1 }).input).toBeUndefined();
});
