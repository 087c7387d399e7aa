import { jest } from "@jest/globals";
import { reportLive } from "../../../lambdas/code/report-live.ts";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** What is put, and how each report ends. */
function reports(end: () => Promise<void> = async () => {}) {
  const put: unknown[] = [];
  const live = reportLive("https://bucket.invalid/progress", async (_url, body) => {
    put.push(JSON.parse(body).v);
    await end();
  });
  return { live, put };
}

describe("what a function reports while it runs", () => {
  it("is put at once, and then the latest of each second", async () => {
    const { live, put } = reports();
    for (let page = 1; page <= 50; page++) live.report({ page });
    expect(put).toEqual([{ page: 1 }]);
    await jest.advanceTimersByTimeAsync(999);
    expect(put).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(put).toEqual([{ page: 1 }, { page: 50 }]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(put).toHaveLength(2);
    live.report({ page: 51 });
    expect(put.at(-1)).toEqual({ page: 51 });
  });

  it("is put one at a time, however long that takes, and a report that fails stops none", async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const { live, put } = reports(() => promise);
    live.report(1);
    live.report(2);
    await jest.advanceTimersByTimeAsync(5000);
    expect(put).toEqual([1]);
    reject(new Error("no bucket"));
    await jest.advanceTimersByTimeAsync(1000);
    expect(put).toEqual([1, 2]);
  });

  it("is not put any more once the function has answered", async () => {
    const { live, put } = reports();
    live.report(1);
    live.report(2);
    live.end();
    await jest.advanceTimersByTimeAsync(5000);
    live.report(3);
    expect(put).toEqual([1]);
  });
});
