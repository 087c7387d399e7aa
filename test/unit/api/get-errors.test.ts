import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { failureGroupOf, utcDayOf } from "../../../lambdas/core/job/failure-group.ts";
import { dayMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";

const path = "/v1/errors";
const jobId = (digit: string) => `job_${digit.repeat(32)}`;
const failed = (message: string, { count = 1, at = noon, env = "prd", job = "a" } = {}) => ({
  product: "my-product",
  env,
  day: utcDayOf(at),
  group: {
    ...failureGroupOf({ job_id: jobId(job), event: "create_order", type: "action", at, code: "TIMEOUT", message }),
    count,
  },
});
async function world(...failures: ReturnType<typeof failed>[]) {
  const api = fakeApi();
  for (const failure of failures) await api.failures.add([counted(failure)]);
  return api;
}
const told = ({ errors }: { errors: { message: string; count: number }[] }) =>
  errors.map(({ message, count }) => [message, count]);

it("GET /v1/errors lists causes by their count over days", async () => {
  const { ask } = await world(
    failed("slow", { count: 2, at: noon - dayMs, job: "b" }),
    failed("gone", { count: 4 }),
    failed("slow", { count: 3, job: "c" }),
  );
  const { status, body } = await ask({ path });
  expect(status).toBe(200);
  expect(body).toMatchObject({ from: utcDayOf(noon) - dayMs, to: utcDayOf(noon) + dayMs });
  expect(body.errors).toEqual([
    {
      fingerprint: expect.any(String),
      product_tag: "my-product",
      env: "prd",
      event: "create_order",
      type: "action",
      code: "TIMEOUT",
      message: "slow",
      count: 5,
      first_at: noon - dayMs,
      last_at: noon,
      sample_job_id: jobId("c"),
    },
    expect.objectContaining({ message: "gone", count: 4 }),
  ]);
});

it("GET /v1/errors covers the requested days", async () => {
  const old = [10, 3, 2].map((days) => failed(`${"x".repeat(days)}`, { at: noon - days * dayMs }));
  const { ask } = await world(...old, failed("now"));
  const within = async (from: number, to: number) =>
    told((await ask({ path, query: { from: String(from), to: String(to) } })).body).length;
  expect(await within(noon - 30 * dayMs, noon)).toBe(4);
  expect(await within(noon - 3 * dayMs, noon - 2 * dayMs)).toBe(2);
  expect(await within(noon - dayMs, noon + dayMs)).toBe(1);
});

it("GET /v1/errors keeps tenants apart, and shows those within the key's reach", async () => {
  const { ask } = await world(failed("slow", { count: 2 }), failed("slow", { env: "dev" }));
  expect(told((await ask({ path })).body)).toEqual([
    ["slow", 2],
    ["slow", 1],
  ]);
  const scopes = { ...allScopes, envs: ["dev"] };
  expect(told((await ask({ path, scopes })).body)).toEqual([["slow", 1]]);
  expect(told((await ask({ path, query: { product_tag: "my-product", env: "prd" } })).body)).toEqual([["slow", 2]]);
});

it("GET /v1/errors has pages that neither repeat nor leave out a cause", async () => {
  const letters = ["a", "b", "c", "d", "e"];
  const { ask } = await world(...letters.map((one, i) => failed(`${one} fails`, { count: i < 3 ? 7 : 9 })));
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: "2", ...(cursor !== undefined && { cursor }) };
    const { body } = await ask({ path, query });
    seen.push(...told(body));
    cursor = body.next_cursor;
  } while (cursor !== undefined);
  expect(seen.map((one) => (one as [string, number])[1])).toEqual([9, 9, 7, 7, 7]);
  expect(new Set(seen.map(String)).size).toBe(5);
});

it.each<[Record<string, string>, number, string]>([
  [{ from: String(noon - 31 * dayMs) }, 400, "/query/from"],
  [{ from: String(noon + 1) }, 400, "/query/from"],
  [{ from: String(noon), to: String(noon - 1) }, 400, "/query/from"],
  [{ limit: "101" }, 400, "/query/limit"],
  [{ event: "create_order" }, 400, "/query/event"],
  [{ cursor: "x" }, 400, "/query/cursor"],
  [{ env: "prod" }, 404, "/query/env"],
])("GET /v1/errors refuses %j", async (query, status, pointer) => {
  expect(await fakeApi().ask({ path, query })).toMatchObject({ status, body: { errors: [{ pointer }] } });
});
