import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const path = "/v1/stats/upcoming";
const due = (env: string, at = noon + 1) =>
  aJob({ id: newJobId(), product: "my-product", env, status: "scheduled", due_at: at });
const api = () => fakeApi({ jobs: [due("prd"), due("prd", noon + 90_000), due("dev")] });

it("GET /v1/stats/upcoming counts the next hour of every env within the key's reach", async () => {
  const { status, body } = await api().ask({ path });
  expect(status).toBe(200);
  expect(body).toMatchObject({ from: noon, total: 3, truncated: false, starts_per_second: 1000 });
  expect(body.minutes).toHaveLength(60);
  expect(body.minutes.slice(0, 2)).toEqual([
    { at: noon, count: 2 },
    { at: noon + 60_000, count: 1 },
  ]);
  const scopes = { ...allScopes, envs: ["dev"] };
  expect((await api().ask({ path, scopes })).body.total).toBe(1);
});

it("GET /v1/stats/upcoming counts one env, and as many minutes as requested", async () => {
  const { body } = await api().ask({ path, query: { product_tag: "my-product", env: "prd", minutes: "1" } });
  expect(body).toMatchObject({ minutes: [{ at: noon, count: 1 }], total: 1 });
});

it.each<[Record<string, string>, number, string]>([
  [{ minutes: "0" }, 400, "/query/minutes"],
  [{ minutes: "1441" }, 400, "/query/minutes"],
  [{ minutes: "1.5" }, 400, "/query/minutes"],
  [{ hours: "1" }, 400, "/query/hours"],
  [{ product_tag: "my-prodct" }, 404, "/query/product_tag"],
  [{ env: "prod" }, 404, "/query/env"],
])("GET /v1/stats/upcoming refuses %j", async (query, status, pointer) => {
  expect(await api().ask({ path, query })).toMatchObject({ status, body: { errors: [{ pointer }] } });
});
