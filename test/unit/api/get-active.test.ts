import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { noCounts } from "../../../lambdas/core/job/stats.ts";
import { hourMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";

const path = "/v1/stats/active";
const product = "my-product";

async function world(hours: Record<string, number> = {}) {
  const api = fakeApi();
  const counts = { ...noCounts(), scheduled: 1 };
  await api.stats.add(Object.entries(hours).map(([env, hour]) => counted({ product, env, hour, counts })));
  return api;
}

it("GET /v1/stats/active lists the envs that have had jobs, the latest first", async () => {
  const { ask } = await world({ prd: noon - hourMs, dev: noon });
  const [dev, prd] = [
    { product_tag: product, env: "dev", last_active_at: noon },
    { product_tag: product, env: "prd", last_active_at: noon - hourMs },
  ];
  expect(await ask({ path })).toMatchObject({ status: 200, body: { tenants: [dev, prd] } });
  expect((await ask({ path, query: { env: "prd" } })).body).toEqual({ tenants: [prd] });
  expect((await ask({ path, scopes: { ...allScopes, envs: ["dev"] } })).body).toEqual({ tenants: [dev] });
});

it("GET /v1/stats/active lists nothing where there has been no job", async () => {
  expect((await (await world()).ask({ path })).body).toEqual({ tenants: [] });
});

it("GET /v1/stats/active refuses another parameter and an unknown product", async () => {
  const { ask } = await world();
  expect(await ask({ path, query: { limit: "1" } })).toMatchObject({ status: 400 });
  expect(await ask({ path, query: { product_tag: "x" } })).toMatchObject({ status: 404 });
});
