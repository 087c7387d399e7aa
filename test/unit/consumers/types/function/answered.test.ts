import { jest } from "@jest/globals";
import { answerCall } from "../../../../../lambdas/code/answer-call.ts";
import { answerUnawaited } from "../../../../../lambdas/code/answer-unawaited.ts";
import { defineFunction, type FunctionContext } from "../../../../../lambdas/code/define-function.ts";
import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { endBy } from "../../../../../lambdas/consumers/types/function/answered.ts";
import { functionExecutor } from "../../../../../lambdas/consumers/types/function/execute.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import type { CallMessage } from "../../../../../lambdas/core/job/code-messages.ts";
import { type Job, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { answerTokens } from "../../../../../lambdas/core/operations/answer-tokens.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { reconcile } from "../../../../../lambdas/reconciler/reconcile.ts";
import { aJob } from "../../../../support/builders.ts";
import { fakeServices } from "../../../../support/fakes/services.ts";

const noClients = async () => {
  throw new Error("no client is needed");
};
const product = {
  tag: "shop",
  envs: ["dev"],
  jobs: { report: { type: "function", function: "report" } },
  functions: { report: { code: "../functions/report.ts" } },
  limits: { workers: { concurrency: 1 } },
} as unknown as Product;

const offered = (run: (input: never, ctx: FunctionContext) => unknown) => ({
  functions: {
    report: { load: async () => ({ report: defineFunction({ run }) }), export: "report", file: "report.ts" },
  },
  resolve: async () => "",
  write: () => {},
});

/** A consumer whose code is called without waiting, and what is sent to it. */
function world(more: Partial<Job> = {}) {
  const job = aJob({
    ...{ type: "function", product: "shop", env: "dev", event: "report", timeout_ms: 60_000, retries: 1 },
    input: { inline: { payload: { day: 1 } } },
    ...more,
  });
  const services = {
    ...fakeServices({ jobs: [job], catalog: makeCatalog([product], registry), secrets: { keys: "first second" } }),
  };
  const tokens = answerTokens(services.secrets, "keys");
  const sent: CallMessage[] = [];
  const waited: CallMessage[] = [];
  const invoker = {
    call: async (_product: string, message: object) => {
      waited.push(message as CallMessage);
      return { v: 1, outcome: { is: "completed", value: { v: "waited for" } } };
    },
    send: async (_product: string, message: CallMessage) => {
      sent.push(structuredClone(message));
    },
  };
  const execute = functionExecutor(noClients, invoker);
  const all = { ...services, answerTokens: tokens };
  const stored = () => services.jobs.peek(job.id) as Job;
  const run = (message = jobMessageOf(stored())) =>
    runJob(all, execute, message, { random: () => 0.5, type: "function" });
  const tell = (question: CallMessage, responsePayload: unknown, condition = "Success") =>
    endBy(
      all,
      execute,
      {
        requestContext: { condition },
        requestPayload: question as never,
        responseContext: condition === "Success" ? {} : { functionError: "Unhandled" },
        responsePayload: JSON.parse(JSON.stringify(responsePayload)),
      },
      { random: () => 0.5, type: "function" },
    );
  const question = () => sent.at(-1) as CallMessage;
  /** The code runs, and Lambda tells what it has answered. */
  const codeAnswers = async (host: ReturnType<typeof offered>, to = question()) =>
    tell(to, await answerUnawaited((call, live) => answerCall(host, call, live), to));
  return { ...all, job, sent, waited, invoker, stored, run, tell, question, codeAnswers };
}

const done = { v: 1, outcome: { is: "completed", value: { v: { rows: 3 } } } };

/** What code puts where a call says arrives in the store. */
function storing(w: ReturnType<typeof world>) {
  const spy = jest.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    const status = w.blobs.receive(String(url), Buffer.from(String(init?.body)));
    return new Response(null, { status });
  });
  return { [Symbol.dispose]: () => spy.mockRestore() };
}

describe("a function that may take more than ten seconds", () => {
  it("is called without waiting: its job keeps the claim, and ends with the answer", async () => {
    const w = world();
    await w.run();
    expect(w.question()).toMatchObject({
      ...{ kind: "call", reply: "callback", payload: { day: 1 }, deadline_ms: 59_750 },
      answer: { token: expect.stringContaining(w.job.id), until: w.clock.now() + 59_750 },
    });
    expect(w.stored()).toMatchObject({ status: "running", called: { claim_id: w.stored().claim_id } });
    await w.clock.advance(30_000);
    await w.codeAnswers(offered(async () => ({ rows: 3 })));
    expect(w.stored()).toMatchObject({ status: "completed", result: { inline: { rows: 3 } } });
    expect(w.stored().attempts).toMatchObject([{ outcome: "completed", ended_at: w.clock.now() }]);
    expect(w.stored()).not.toHaveProperty("called");
    expect(w.waited).toEqual([]);
  });

  it("is waited for if it may take ten at most, if it is remembered, and if a queue does not take its question", async () => {
    const large = { payload: "x".repeat(100_000) };
    const strange = { payload: "a \uffff" };
    for (const more of [
      { timeout_ms: 10_000 },
      { cache: "prices" },
      { input: { inline: large } },
      { input: { inline: strange } },
    ]) {
      const w = world(more);
      await w.run();
      expect(w.sent).toEqual([]);
      expect(w.stored()).toMatchObject({ status: "completed", result: { inline: "waited for" } });
    }
  });

  it("fails with what it has thrown, and is retried with what it has reported", async () => {
    const w = world();
    await w.run();
    await w.codeAnswers(
      offered(async (_input, ctx) => {
        ctx.progress({ page: 7 });
        throw Object.assign(new Error("no"), { code: "declined" });
      }),
    );
    expect(w.stored()).toMatchObject({
      ...{ status: "scheduled", attempt: 2, progress: { inline: { page: 7 } } },
      error: { code: "PROVIDER_ERROR", provider_code: "declined" },
    });
    await w.clock.advance(600_000);
    await w.run();
    expect(w.question()).toMatchObject({ attempt: 2, progress: { page: 7 } });
  });

  it("ends once: a second answer, one of an earlier attempt and a forged one change nothing", async () => {
    const w = world();
    await w.run();
    const first = w.question();
    await w.tell(first, { v: 1, outcome: { is: "failed", by: "threw", error: { name: "E", message: "" } } });
    await w.clock.advance(600_000);
    await w.run();
    const before = w.stored();
    await w.tell(first, done);
    const { token = "" } = w.question().answer ?? {};
    // The last character has bits that say nothing.
    const forged = token.replace(/.(?=.{5}$)/, (one) => (one === "A" ? "B" : "A"));
    await w.tell({ ...w.question(), answer: { ...w.question().answer, token: forged } as never }, done);
    expect(w.stored()).toEqual(before);
    await w.tell(w.question(), done);
    const ended = w.stored();
    await w.tell(w.question(), { v: 1, outcome: { is: "completed", value: { v: "again" } } });
    expect(w.stored()).toEqual(ended);
  });

  it("is not answered for any more once its job is cancelled", async () => {
    const w = world();
    await w.run();
    const { claim_id: _claim, lease_until: _lease, called: _called, ...rest } = w.stored();
    await w.jobs.replace({ ...rest, status: "cancelled", finished_at: w.clock.now(), version: rest.version + 1 });
    await w.tell(w.question(), done);
    expect(w.stored()).toMatchObject({ status: "cancelled" });
  });

  it("is not called again while its answer is awaited, and ends with its lease if none comes: no crash, but TIMEOUT", async () => {
    const w = world({ retries: 0 });
    using _store = storing(w);
    await w.run();
    await w.run({ ...jobMessageOf(w.stored()) });
    expect(w.sent).toHaveLength(1);
    const { progress_url = "" } = w.question().answer ?? {};
    w.blobs.receive(progress_url, Buffer.from(JSON.stringify({ v: { page: 4 }, at: 1 })));
    await w.clock.advance(82_000);
    await reconcile(w, 1000);
    await w.run(w.queue.sent.at(-1)?.message);
    expect(w.sent).toHaveLength(1);
    expect(w.stored()).toMatchObject({
      status: "failed",
      progress: { inline: { page: 4 } },
      error: {
        code: "TIMEOUT",
        message: expect.stringContaining("had not answered when its time of 60000 ms was over"),
      },
    });
    expect(w.stored().attempts[0]).not.toHaveProperty("crashes");
    await w.tell(w.question(), done);
    expect(w.stored().status).toBe("failed");
  });

  it.each([
    ["RetriesExhausted", { errorType: "Runtime.ExitError", errorMessage: "exited" }, "PROVIDER_ERROR", "process.exit"],
    ["RetriesExhausted", { errorType: "Runtime.OutOfMemory" }, "PROVIDER_ERROR", "out of memory"],
    ["RetriesExhausted", { errorType: "Sandbox.Timedout", errorMessage: "" }, "TIMEOUT", "had not answered"],
    ["EventAgeExceeded", undefined, "SERVICE_UNAVAILABLE", "could not begin within a minute"],
  ])("says how it has ended without an answer: %s %j", async (condition, payload, code, message) => {
    const w = world({ retries: 0 });
    await w.run();
    await w.tell(w.question(), payload ?? null, condition);
    expect(w.stored()).toMatchObject({ status: "failed", error: { code, message: expect.stringContaining(message) } });
  });

  it("keeps what it had written when it failed, as its event says", async () => {
    const w = world({ retries: 0 });
    await w.run();
    await w.codeAnswers(
      offered((_input, ctx) => {
        ctx.log.info("reads the rows", { day: 1 });
        throw new Error("no rows");
      }),
    );
    const said = { log: true, body: expect.stringMatching(/ INFO {2}reads the rows \{"day":1\}$/) };
    expect(await w.answers.of(w.job.id, 1)).toMatchObject([said]);
    const hiding = world({ retries: 0, redact: ["/payload"] });
    await hiding.run();
    await hiding.codeAnswers(
      offered((_input, ctx) => {
        ctx.log.info("reads the rows");
        throw new Error("no rows");
      }),
    );
    expect(await hiding.answers.of(hiding.job.id, 1)).toEqual([]);
  });

  it("puts a large answer into the bucket, of which no more is kept than is allowed", async () => {
    const w = world();
    using _store = storing(w);
    await w.run();
    await w.codeAnswers(offered(async () => "x".repeat(200_000)));
    expect(w.stored()).toMatchObject({ status: "completed", result: { bytes: 200_002 } });

    // SQS would not take the message.
    const strange = world();
    using _strange = storing(strange);
    await strange.run();
    const host = offered(async () => "a \u{1F986} \ufffe");
    const said = await answerUnawaited((call, live) => answerCall(host, call, live), strange.question());
    expect(said).toMatchObject({ kept: { bytes: expect.any(Number) } });
    await strange.tell(strange.question(), said);
    expect(strange.stored()).toMatchObject({ status: "completed", result: { inline: "a \u{1F986} \ufffe" } });

    const other = world();
    using _other = storing(other);
    await other.run();
    await other.tell(other.question(), { v: 1, kept: { bytes: 7_000_000 } });
    expect(other.stored()).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("is larger") },
    });
  });

  it("shows what it reports while it runs", async () => {
    const w = world();
    using _store = storing(w);
    await w.run();
    const shown = async () => (await viewOf(w, w.stored(), w.clock.now())).progress;
    expect(await shown()).toBeUndefined();
    const { promise, resolve } = Promise.withResolvers<void>();
    const reported = Promise.withResolvers<void>();
    const running = w.codeAnswers(
      offered(async (_input, ctx) => {
        ctx.progress({ page: 1 });
        // Within a second only the first one is written.
        ctx.progress({ page: 2 });
        reported.resolve();
        await promise;
      }),
    );
    await reported.promise;
    expect(await shown()).toEqual({ page: 1 });
    resolve();
    await running;
    expect(await shown()).toEqual({ page: 2 });
  });

  it("fails as its call does, if Lambda does not take it", async () => {
    const w = world();
    w.invoker.send = async () => {
      throw new JobError("RATE_LIMITED", "Lambda throttled the call.");
    };
    await w.run();
    expect(w.stored()).toMatchObject({ attempt: 2, error: { code: "RATE_LIMITED" } });
    expect(w.stored()).not.toHaveProperty("called");
  });

  it("keeps the slot of its limit until it has ended", async () => {
    const w = world({ gates: [{ limit: "workers", key: "k" }] });
    const slots = async () => {
      const gate = { product: "shop", env: "dev", limit: "workers", key: "k" };
      return Object.values(await w.gates.parts(gate)).flatMap(({ holders }) => Object.keys(holders));
    };
    await w.run();
    expect(await slots()).toEqual([w.job.id]);
    await w.tell(w.question(), done);
    expect(await slots()).toEqual([]);
  });

  it("does not begin if its time is over before it comes, as the first events of a busy function may", async () => {
    const w = world({ retries: 0 });
    await w.run();
    const late = { ...w.question(), answer: { ...w.question().answer, until: Date.now() - 1 } } as CallMessage;
    let began = false;
    const answering = async () => {
      began = true;
    };
    await w.tell(w.question(), await answerUnawaited(answering, late));
    expect(began).toBe(false);
    expect(w.stored()).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
  });
});
