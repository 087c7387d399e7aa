import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";

const prd = { product: "my-product", env: "prd", webhook: "orders" };
const shown = { product_tag: "my-product", env: "prd", webhook: "orders", events: ["completed", "failed"] };
const failure = (at: number) => ({ at, event: "job.failed", job_id: "job_1", code: "HTTP_503", attempt: 2 });
const disabled = { at: noon + 9, reason: "failing" as const, url: "hash" };

describe("GET /v1/webhooks", () => {
  const list = async ({ ask }: ReturnType<typeof fakeApi>, query = {}, scopes = allScopes) =>
    (await ask({ path: "/v1/webhooks", query, scopes })).body.webhooks;

  it("lists the endpoints of the catalog, without their URLs and secrets", async () => {
    const webhooks = await list(fakeApi());
    expect(webhooks).toEqual([
      { ...shown, env: "dev", state: "enabled" },
      { ...shown, state: "enabled" },
    ]);
  });

  it("shows each endpoint's failures", async () => {
    const api = fakeApi();
    await api.endpoints.failed(prd, failure(noon));
    await api.endpoints.failed(prd, failure(noon + 5));
    const failing = {
      ...shown,
      state: "failing",
      failures: 2,
      failing_since: noon,
      last_failure: "HTTP_503",
      recent_failures: [failure(noon + 5), failure(noon)],
    };
    expect(await list(api, { env: "prd" })).toEqual([failing]);
    await api.endpoints.disable(prd, disabled);
    expect(await list(api, { env: "prd" })).toEqual([
      { ...failing, state: "disabled", disabled_at: noon + 9, reason: "failing" },
    ]);
  });

  it("shows a disabled endpoint without failures since its last success", async () => {
    const api = fakeApi();
    await api.endpoints.disable(prd, disabled);
    expect(await list(api, { env: "prd" })).toEqual([
      { ...shown, state: "disabled", disabled_at: noon + 9, reason: "failing" },
    ]);
  });

  it("shows what is within the key's reach", async () => {
    const webhooks = await list(fakeApi(), {}, { ...allScopes, envs: ["dev"] });
    expect(webhooks.map(({ env }: { env: string }) => env)).toEqual(["dev"]);
  });

  it.each<[Record<string, string>, number, string]>([
    [{ env: "prod" }, 404, "/query/env"],
    [{ limit: "1" }, 400, "/query/limit"],
  ])("refuses %j", async (query, status, pointer) => {
    const answer = await fakeApi().ask({ path: "/v1/webhooks", query });
    expect(answer).toMatchObject({ status, body: { errors: [{ pointer }] } });
  });
});

describe("POST /v1/webhooks/{product}/{env}/{webhook}/enable", () => {
  const path = "/v1/webhooks/my-product/prd/orders/enable";
  const method = "POST";

  it("lets a disabled endpoint receive events again, and may be repeated", async () => {
    const api = fakeApi();
    await api.endpoints.failed(prd, failure(noon));
    await api.endpoints.disable(prd, disabled);
    for (const body of [undefined, {}]) {
      const answer = await api.ask({ method, path, ...(body && { body }) });
      expect(answer).toMatchObject({ status: 200, body: { ...shown, state: "enabled" } });
    }
    expect(await api.endpoints.get(prd)).toBeUndefined();
  });

  it("leaves the failures of an endpoint that is not disabled", async () => {
    const api = fakeApi();
    await api.endpoints.failed(prd, failure(noon));
    expect((await api.ask({ method, path })).body).toMatchObject({ state: "failing", failures: 1 });
  });

  it.each([
    ["/v1/webhooks/my-product/prd/order/enable", 404, "WEBHOOK_NOT_FOUND"],
    ["/v1/webhooks/my-product/prod/orders/enable", 404, "ENV_NOT_FOUND"],
    ["/v1/webhooks/my-prodct/prd/orders/enable", 404, "PRODUCT_NOT_FOUND"],
  ])("answers %s with %d %s", async (where, status, code) => {
    expect(await fakeApi().ask({ method, path: where })).toMatchObject({ status, body: { code } });
  });

  it("refuses a body, and a key without jobs:admin", async () => {
    const { ask, endpoints } = fakeApi();
    await endpoints.disable(prd, disabled);
    expect((await ask({ method, path, body: { force: true } })).status).toBe(400);
    const scopes = { ...allScopes, verbs: ["jobs:read" as const, "jobs:write" as const] };
    expect(await ask({ method, path, scopes })).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
    expect(await endpoints.get(prd)).toMatchObject({ disabled });
  });
});
