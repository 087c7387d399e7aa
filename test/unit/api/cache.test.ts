import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { clockSkewMs } from "../../../lambdas/core/job/result-cache.ts";
import { fakeApi } from "../../support/api.ts";
import { aMessage } from "../../support/builders.ts";

const request = {
  product_tag: "my-product",
  env: "prd",
  event: "calculate_price",
  input: { payload: { sku: "A-1", quantity: 2 } },
  cache: "prices",
};

function world() {
  const api = fakeApi();
  let calls = 0;
  const schedule = async (more: object = {}) => {
    const { body } = await api.ask({ method: "POST", path: "/v1/jobs", body: { ...request, ...more } });
    return body.job_id as string;
  };
  const run = async (id: string) => {
    const job = api.jobs.peek(id);
    if (job) await runJob(api as never, async () => ({ price: ++calls }), aMessage(job));
    return (await api.ask({ path: `/v1/jobs/${id}` })).body;
  };
  const explain = async (more: object = {}) =>
    (await api.ask({ method: "POST", path: "/v1/explain", body: { ...request, ...more } })).body.cache;
  const clear = (tag = "prices", place = "my-product/prd", scopes = allScopes) =>
    api.ask({ method: "DELETE", path: `/v1/cache/${place}/${encodeURIComponent(tag)}`, scopes });
  return { ...api, schedule, run, explain, clear };
}

test("a request with a cache tag gets the first one's result, and says so", async () => {
  const { schedule, run, ask } = world();
  const first = await schedule();
  expect(await run(first)).toMatchObject({ cache: "prices", result: { price: 1 } });
  const second = await schedule();
  const shown = await run(second);
  expect(shown).toMatchObject({ result: { price: 1 }, cached_from: first, attempts: [{ cached_from: first }] });
  const runs = await ask({ path: `/v1/jobs/${second}/runs` });
  expect(runs.body.runs).toMatchObject([{ cached_from: first }]);
  const { body } = await ask({ path: "/v1/jobs", query: { product_tag: "my-product", env: "prd" } });
  expect(body.jobs.filter((job: { cached_from?: string }) => job.cached_from === first)).toHaveLength(1);
});

test("explain names the job whose result a request would get now", async () => {
  const { schedule, run, explain } = world();
  const ttl_ms = 24 * 3_600_000;
  expect(await explain()).toEqual({ tag: "prices", ttl_ms });
  const first = await schedule();
  await run(first);
  expect(await explain()).toEqual({ tag: "prices", ttl_ms, cached_from: first });
  expect(await explain({ input: { payload: {} } })).toEqual({ tag: "prices", ttl_ms });
  expect(await explain({ cache: undefined })).toBeUndefined();
});

test("a cleared tag has no result, and may be cleared again", async () => {
  const { schedule, run, clear, clock } = world();
  await run(await schedule());
  expect(await clear()).toMatchObject({ status: 204 });
  await clock.advance(clockSkewMs + 1);
  expect(await clear()).toMatchObject({ status: 204 });
  expect(await clear("never-used")).toMatchObject({ status: 204 });
  expect(await run(await schedule())).toMatchObject({ result: { price: 2 } });
});

test("clearing a tag refuses an unknown tenant, and a key without the right", async () => {
  const { clear } = world();
  expect(await clear("prices", "my-produkt/prd")).toMatchObject({ status: 404, body: { code: "PRODUCT_NOT_FOUND" } });
  expect(await clear("prices", "my-product/prod")).toMatchObject({ status: 404, body: { code: "ENV_NOT_FOUND" } });
  expect(await clear("a b")).toMatchObject({ status: 400, body: { errors: [{ pointer: "/tag" }] } });
  expect(await clear("x".repeat(129))).toMatchObject({ status: 400, body: { errors: [{ pointer: "/tag" }] } });
  const reading = { ...allScopes, verbs: ["jobs:read" as const] };
  expect(await clear("prices", "my-product/prd", reading)).toMatchObject({ status: 403 });
});

test.each([["x".repeat(129)], [7], ["\ud800"], ["a/b"], ["a b"], ["user:42"], [".."], ["🧾"]])(
  "a cache tag of another form is a fault",
  async (cache) => {
    const { ask } = world();
    const answer = await ask({ method: "POST", path: "/v1/jobs", body: { ...request, cache } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: "/cache" }] } });
  },
);
