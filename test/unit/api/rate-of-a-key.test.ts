import { fakeApi } from "../../support/api.ts";

/** What so many requests at once of a key with this rate are answered. */
const statuses = async ({ ask }: ReturnType<typeof fakeApi>, count: number, from: { keyId: string; rate?: number }) => {
  const answers = await Promise.all(Array.from({ length: count }, () => ask({ path: "/v1/products", ...from })));
  return answers.map(({ status }) => status);
};

const times = (count: number, status: number) => Array.from({ length: count }, () => status);

describe("a key with a rate", () => {
  it("sends its number of requests within a second, and as many in the next", async () => {
    const api = fakeApi();
    const from = { keyId: "a", rate: 3 };
    expect(await statuses(api, 5, from)).toEqual([...times(3, 200), ...times(2, 429)]);
    await api.clock.advance(1000);
    expect(await statuses(api, 3, from)).toEqual(times(3, 200));
  });

  it("gets the rate and when to ask again", async () => {
    const { ask } = fakeApi();
    const from = { path: "/v1/products", keyId: "a", rate: 1 };
    await ask(from);
    expect(await ask(from)).toMatchObject({
      status: 429,
      headers: { "retry-after": "1" },
      body: { code: "RATE_LIMITED", detail: "This API key may send 1 request per second." },
    });
  });

  it("takes nothing from another key", async () => {
    const api = fakeApi();
    await statuses(api, 5, { keyId: "a", rate: 3 });
    expect(await statuses(api, 3, { keyId: "b", rate: 3 })).toEqual(times(3, 200));
  });

  it("makes no job with a request that is refused", async () => {
    const { ask, jobs } = fakeApi();
    const body = { env: "prd", product_tag: "my-product", event: "create_order", input: { body: {} }, start_at: 0 };
    const post = () => ask({ method: "POST", path: "/v1/jobs", body, keyId: "a", rate: 1 });
    const answers = [await post(), await post()];
    expect(answers.map(({ status }) => status)).toEqual([202, 429]);
    expect(jobs.all()).toHaveLength(1);
  });

  it("is not refused where its requests cannot be counted", async () => {
    const api = fakeApi();
    api.services.requests.add = async () => {
      throw new Error("AWS is down");
    };
    expect(await statuses(api, 3, { keyId: "a", rate: 1 })).toEqual(times(3, 200));
  });
});

it("the requests of a key without a rate are neither limited nor counted", async () => {
  const api = fakeApi();
  let counted = 0;
  api.services.requests.add = async () => ++counted;
  expect(await statuses(api, 20, { keyId: "a" })).toEqual(times(20, 200));
  expect(counted).toBe(0);
});

it("the open routes are not counted", async () => {
  const { ask } = fakeApi();
  const from = { path: "/v1/health", keyId: "a", rate: 1 };
  expect([(await ask(from)).status, (await ask(from)).status]).toEqual([200, 200]);
});
