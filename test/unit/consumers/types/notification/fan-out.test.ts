import { type Achieved, type FanOut, fanOut } from "../../../../../lambdas/consumers/types/notification/fan-out.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { failureOf } from "../../../../support/executors/execution.ts";

const log = { debug() {}, info() {}, warn() {}, error() {}, measure() {} };
const options = { before: undefined, batchSize: 2, concurrency: 2, signal: new AbortController().signal, log };
const run = (recipients: string[], send: FanOut["send"], others: Partial<FanOut> = {}) =>
  fanOut({ ...options, recipients, send, ...others });
const delivered = async (batch: string[]) => batch.map((to) => ({ id: `id-${to}` }));

test("every recipient gets the message once, however often it is named", async () => {
  const batches: string[][] = [];
  const achieved = await run(["a", "b", "a", "c"], (batch) => {
    batches.push(batch);
    return delivered(batch);
  });
  expect(batches).toEqual([["a", "b"], ["c"]]);
  expect(achieved.sent.map(({ to, id }) => [to, id])).toEqual([
    ["a", "id-a"],
    ["b", "id-b"],
    ["c", "id-c"],
  ]);
});

test("the report has the order of the recipients", async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const send: FanOut["send"] = async ([to = ""]) => {
    await answers[to === "a" ? 0 : 1]?.promise;
    return [{ id: `id-${to}` }];
  };
  const running = run(["a", "b"], send, { batchSize: 1 });
  answers[1]?.resolve();
  await new Promise(setImmediate);
  answers[0]?.resolve();
  expect((await running).sent.map(({ to }) => to)).toEqual(["a", "b"]);
});

test("a retry leaves out recipients that were reached or are dead", async () => {
  const before: Achieved = { sent: [{ to: "a", id: "1" }], dead: [{ to: "b", reason: "gone" }] };
  const achieved = await run(["a", "b", "c"], delivered, { before });
  expect(achieved).toEqual({
    sent: [
      { to: "a", id: "1" },
      { to: "c", id: "id-c" },
    ],
    dead: before.dead,
  });
  expect(before.sent).toHaveLength(1);
});

test("a failure keeps what was achieved, and waits as long as the longest", async () => {
  const outcomes = {
    a: { id: "1" },
    b: { dead: "gone" },
    c: new JobError("VALIDATION_ERROR", "Bad."),
    d: new JobError("SERVICE_UNAVAILABLE", "Busy.", { retryAfterMs: 5 }),
    e: new JobError("SERVICE_UNAVAILABLE", "Busy.", { retryAfterMs: 9 }),
  };
  const send: FanOut["send"] = async ([to]) => [outcomes[to as keyof typeof outcomes]];
  const error = await failureOf(run(Object.keys(outcomes), send, { batchSize: 1 }));
  expect(error).toMatchObject({
    code: "SERVICE_UNAVAILABLE",
    retryable: true,
    retryAfterMs: 9,
    progress: { sent: [{ to: "a", id: "1" }], dead: [{ to: "b", reason: "gone" }] },
    message: "3 of 5 recipients were not reached. VALIDATION_ERROR: Bad. SERVICE_UNAVAILABLE: Busy.",
  });
});

test("a provider that limits the rate gets no further requests of the channel", async () => {
  let asked = 0;
  const send = async () => {
    asked += 1;
    throw new JobError("RATE_LIMITED", "Slow down.");
  };
  const error = await failureOf(run(["a", "b", "c", "d"], send, { batchSize: 1, concurrency: 1 }));
  expect(error).toMatchObject({ code: "RATE_LIMITED", progress: { sent: [], dead: [] } });
  expect(asked).toBe(1);
});

test("an attempt that ends early leaves the other recipients to the next one", async () => {
  const attempt = new AbortController();
  const send: FanOut["send"] = async (batch) => {
    attempt.abort(new JobError("TIMEOUT", "Too long."));
    return delivered(batch);
  };
  const error = await failureOf(run(["a", "b"], send, { batchSize: 1, concurrency: 1, signal: attempt.signal }));
  expect(error).toMatchObject({ code: "TIMEOUT", retryable: true, progress: { sent: [{ to: "a", id: "id-a" }] } });
});

test("a recipient that the provider's response leaves out was not reached", async () => {
  const error = await failureOf(run(["a", "b"], async () => [{ id: "1" }]));
  expect(error).toMatchObject({ code: "PROVIDER_ERROR", progress: { sent: [{ to: "a", id: "1" }] } });
});
