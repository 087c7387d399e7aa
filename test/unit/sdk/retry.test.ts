import { ConnectionError } from "../../../sdk/src/errors.ts";
import { anOrder, aReceipt, fakeApi, type Reply, rejection, until } from "./fake-api.ts";

const accepted: Reply = { status: 202, body: aReceipt() };

describe("a request that fails for now", () => {
  test.each<[string, Reply]>([
    ["429", { status: 429, body: { message: "Too Many Requests" } }],
    ["502", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["503", { status: 503, body: { message: "Service Unavailable" } }],
    ["504", { status: 504, body: { message: "Endpoint request timed out" } }],
    ["a cut connection", { hangUp: true }],
  ])("with %s is sent again unchanged, with the same key", async (_, failure) => {
    await using api = await fakeApi([failure, failure, accepted]);
    expect(await api.client.processor.job.dispatch(anOrder())).toEqual(aReceipt());
    const keys = new Set(api.seen.map(({ headers, body }) => `${headers["idempotency-key"]} ${body}`));
    expect([api.seen.length, keys.size]).toEqual([3, 1]);
  });

  test("waits longer each time, at random below a limit that doubles", async () => {
    await using api = await fakeApi([{ status: 503 }]);
    await rejection(api.client.processor.job.dispatch(anOrder()));
    expect(api.runtime.slept).toEqual([125, 250, 500, 1000]);
  });

  test.each<[string, string, number]>([
    ["seconds", "7", 7125],
    ["a date", new Date(Date.UTC(2030, 0, 1) + 3000).toUTCString(), 3125],
    ["a date that has passed", new Date(0).toUTCString(), 125],
    ["nonsense", "soon", 125],
    ["a minute at most", "60", 60_125],
  ])("waits as long as the API asks: %s", async (_, header, expected) => {
    await using api = await fakeApi([{ status: 429, headers: { "retry-after": header } }, accepted]);
    await api.client.processor.job.dispatch(anOrder());
    expect(api.runtime.slept).toEqual([expected]);
  });

  test.each([61, 3600])("leaves a wait of %i seconds to the caller", async (seconds) => {
    await using api = await fakeApi([{ status: 429, headers: { "retry-after": String(seconds) } }]);
    expect(await rejection(api.client.processor.job.dispatch(anOrder()))).toMatchObject({
      name: "RateLimitError",
      retryAfterMs: seconds * 1000,
    });
    expect(api.seen).toHaveLength(1);
  });

  test.each([
    [undefined, 5],
    [1, 2],
    [0, 1],
  ])("with maxRetries %p is sent at most %d times", async (maxRetries, times) => {
    await using api = await fakeApi([{ status: 503 }], maxRetries === undefined ? {} : { maxRetries });
    expect(await rejection(api.client.processor.job.dispatch(anOrder()))).toMatchObject({ name: "UnavailableError" });
    expect(api.seen).toHaveLength(times);
  });

  test.each([400, 401, 403, 404, 409, 413, 500])("is not sent again after a %d, which is permanent", async (status) => {
    await using api = await fakeApi([{ status }]);
    await rejection(api.client.processor.job.dispatch(anOrder()));
    expect(api.seen).toHaveLength(1);
  });

  test("is aborted after 35 seconds and sent again", async () => {
    await using api = await fakeApi([{ silent: true }, accepted]);
    const call = api.client.processor.job.dispatch(anOrder());
    await until(() => api.seen.length === 1);
    api.runtime.fire(35_000);
    expect(await call).toEqual(aReceipt());
    expect(api.runtime.timers.size).toBe(0);
  });

  test("has the code of the network error in its message", async () => {
    const api = await fakeApi([{}], { maxRetries: 0 });
    await api[Symbol.asyncDispose]();
    const error = await rejection(api.client.processor.job.dispatch(anOrder()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      code: "CONNECTION_FAILED",
      message: `The request to ${api.url} failed (ECONNREFUSED).`,
    });
  });
});
