import { clockSkewMs } from "../../../../lambdas/core/job/result-cache.ts";
import { Finished, Parked } from "../../../../lambdas/core/operations/execution.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { job, world } from "./world.ts";

const day = 24 * 3_600_000;
const priced = (n: number, more: Parameters<typeof job>[0] = {}) =>
  job({ id: `job_${String(n).padStart(32, "0")}`, cache: "prices", ...more });

/** Runs jobs one after the other, each of which would answer another number. */
function cached(...jobs: ReturnType<typeof job>[]) {
  const w = world(...jobs);
  let calls = 0;
  const price = async () => ({ price: ++calls });
  return {
    ...w,
    calls: () => calls,
    runs: async (n: number, execute: Parameters<typeof w.run>[0] = price) => {
      const one = jobs[n];
      if (one) await w.run(execute, aMessage(one));
      return w.jobs.peek(one?.id ?? "");
    },
  };
}

describe("a job with a cache tag", () => {
  it("gets the first one's result and names the first one", async () => {
    const w = cached(priced(1), priced(2));
    expect((await w.runs(0))?.attempts[0]).not.toHaveProperty("cached_from");
    expect(await w.runs(1)).toMatchObject({
      status: "completed",
      result: { inline: { price: 1 } },
      attempts: [{ outcome: "completed", cached_from: priced(1).id }],
    });
    expect(w.calls()).toBe(1);
  });

  it.each([
    ["another input", { input: { inline: { body: { amount: 6 } } } }],
    ["another tag", { cache: "other" }],
    ["another env", { env: "dev" }],
    ["another event", { event: "calculate_price", type: "function" }],
    ["no tag", { cache: undefined }],
  ])("is executed for %s", async (_what, more) => {
    const w = cached(priced(1), priced(2, more as never));
    await w.runs(0);
    await w.runs(1);
    expect(w.calls()).toBe(2);
  });

  it("finds its result whatever the order of the input's fields", async () => {
    const [a, b] = [{ inline: { body: { a: 1, b: 2 } } }, { inline: { body: { b: 2, a: 1 } } }];
    const w = cached(priced(1, { input: a }), priced(2, { input: b }));
    await w.runs(0);
    await w.runs(1);
    expect(w.calls()).toBe(1);
  });

  it("is executed again a day after the executed run", async () => {
    const w = cached(priced(1), priced(2), priced(3));
    await w.runs(0);
    await w.clock.advance(day - 1);
    await w.runs(1);
    expect(w.calls()).toBe(1);
    await w.clock.advance(1);
    expect(await w.runs(2)).toMatchObject({ result: { inline: { price: 2 } } });
  });

  it("is executed once its tag has been cleared, and its result is used afterwards", async () => {
    const w = cached(priced(1), priced(2), priced(3));
    await w.runs(0);
    await w.resultCache.clear({ product: "my-product", env: "prd", tag: "prices" }, noon + clockSkewMs);
    await w.clock.advance(clockSkewMs + 1);
    expect(await w.runs(1)).toMatchObject({ result: { inline: { price: 2 } } });
    expect(await w.runs(2)).toMatchObject({ result: { inline: { price: 2 } } });
  });

  it("gets no result of a run that began before its tag was cleared", async () => {
    const w = cached(priced(1), priced(2));
    await w.runs(0, async () => {
      await w.resultCache.clear({ product: "my-product", env: "prd", tag: "prices" }, noon + 1000);
      await w.clock.advance(60_000);
      return { price: "old" };
    });
    expect(await w.runs(1)).toMatchObject({ result: { inline: { price: 1 } } });
  });

  it("gets no result of a failed run", async () => {
    const w = cached(priced(1, { retries: 0 }), priced(2));
    await w.runs(0, async () => {
      throw new Error("broken");
    });
    await w.runs(1);
    expect(w.calls()).toBe(1);
  });

  it("gets a copy of a large result", async () => {
    const large = "x".repeat(10_000);
    const w = cached(priced(1), priced(2));
    const first = await w.runs(0, async () => large);
    const second = await w.runs(1);
    const [from, to] = [first?.result, second?.result] as [{ blob: string }, { blob: string }];
    expect(to.blob).not.toBe(from.blob);
    expect(w.blobs.blobs.has(to.blob)).toBe(true);
  });

  it.each([
    [
      "is deleted",
      async (w: ReturnType<typeof cached>) => void (await w.jobs.remove((await w.jobs.get(priced(1).id)) as never)),
    ],
    ["has lost its large result", async (w: ReturnType<typeof cached>) => w.blobs.blobs.clear()],
  ])("is executed if the job of the result %s", async (_what, lose) => {
    const w = cached(priced(1), priced(2));
    await w.runs(0, async () => "x".repeat(10_000));
    await lose(w);
    expect(await w.runs(1)).toMatchObject({ result: { inline: { price: 1 } } });
  });

  it("finds the archived result of a recurring job", async () => {
    const repeat = { every: 3_600_000, anchor: noon, overlap: "skip" as const };
    const w = cached(priced(1, { repeat }), priced(2));
    await w.runs(0);
    expect(w.jobs.peek(priced(1).id)).toMatchObject({ run: 2, status: "scheduled" });
    expect(await w.runs(1)).toMatchObject({
      result: { inline: { price: 1 } },
      attempts: [{ cached_from: priced(1).id }],
    });
  });

  it("is not executed if the cache answers after its timeout", async () => {
    const w = cached(priced(1, { retries: 0 }));
    const answer = Promise.withResolvers<object>();
    w.resultCache.find = () => answer.promise;
    const running = w.runs(0);
    await w.clock.advance(priced(1).timeout_ms);
    await running;
    answer.resolve({});
    await new Promise((resolve) => setImmediate(resolve));
    expect(w.calls()).toBe(0);
    expect(w.jobs.peek(priced(1).id)).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
  });

  it("is executed if the cache cannot be read", async () => {
    const w = cached(priced(1), priced(2));
    w.resultCache.find = () => Promise.reject(throttled("AWS is down"));
    w.resultCache.keep = () => Promise.reject(throttled("AWS is down"));
    expect(await w.runs(0)).toMatchObject({ status: "completed" });
    expect(await w.runs(1)).toMatchObject({ status: "completed", result: { inline: { price: 2 } } });
    expect(w.log.lines.filter(({ level }) => level === "warn").length).toBeGreaterThan(0);
  });
});

describe("a parked job with a cache tag", () => {
  it("goes on once it has begun, and its result is used afterwards", async () => {
    const w = cached(priced(1), priced(2), priced(3));
    await w.runs(0, async () => new Parked({ step: 1 }, noon + 60_000));
    expect(await w.runs(1)).toMatchObject({ result: { inline: { price: 1 } } });
    await w.runs(0, async () => new Finished({ price: "of the feature" }, undefined));
    expect(w.jobs.peek(priced(1).id)).toMatchObject({ result: { inline: { price: "of the feature" } } });
    expect(await w.runs(2)).toMatchObject({ result: { inline: { price: "of the feature" } } });
  });
});
