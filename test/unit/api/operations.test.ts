import { describe, expect, test } from "@jest/globals";
import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import type { Operation } from "../../../lambdas/core/job/operation.ts";
import { anOperation } from "../../support/an-operation.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { failedJob, place } from "../../support/operating.ts";

const filter = { ...place, status: "failed" };
const asked = { action: "retry", filter, reason: "the provider is back" };
const only = (verbs: Scopes["verbs"], envs = ["*"]): Scopes => ({ products: ["*"], envs, verbs });

async function world(...operations: Operation[]) {
  const api = fakeApi({ jobs: [failedJob(1)] });
  for (const one of operations) {
    await api.operations.create(one);
    await api.operations.enlist(one.product, one);
  }
  const post = (path: string, body?: unknown, scopes = allScopes, query?: Record<string, string>) =>
    api.ask({
      method: "POST",
      path: `/v1/operations${path}`,
      scopes,
      ...(body !== undefined && { body }),
      ...(query && { query }),
    });
  const get = (path: string, scopes = allScopes, query?: Record<string, string>) =>
    api.ask({ path: `/v1/operations${path}`, scopes, ...(query && { query }) });
  return { ...api, post, get };
}

describe("POST /v1/operations", () => {
  test("answers 202 with the operation, which begins by a message", async () => {
    const { post, turns, operations } = await world();
    const { status, headers, body } = await post("", asked);
    expect(status).toBe(202);
    expect(headers.location).toBe(`/v1/operations/${body.operation_id}`);
    expect(body).toMatchObject({ state: "collecting", matched: 0, envs: ["prd"], rate_per_second: 10 });
    expect(turns.sent.map(({ message }) => message)).toEqual([{ v: 1, id: body.operation_id, turn: 0 }]);
    expect(await operations.open("my-product")).toHaveLength(1);
  });

  test("is found again by its idempotency key", async () => {
    const { post } = await world();
    const key = { ...asked, idempotency_key: "k-1" };
    const [first, again] = [await post("", key), await post("", key)];
    expect(again.body).toEqual(first.body);
    expect((await post("", { ...key, expect: 3 })).body.code).toBe("IDEMPOTENCY_MISMATCH");
  });

  test("has one idempotency key, in its body or in the header", async () => {
    const { post, ask } = await world();
    const keyed = (idempotency_key: string | undefined, header: string) =>
      ask({
        ...{ method: "POST", path: "/v1/operations", headers: { "idempotency-key": header } },
        body: { ...asked, ...(idempotency_key !== undefined && { idempotency_key }) },
      });
    const { body } = await post("", { ...asked, idempotency_key: "k-1" });
    for (const again of [await keyed(undefined, "k-1"), await keyed("k-1", "k-1")])
      expect(again).toMatchObject({ status: 202, body: { operation_id: body.operation_id } });
    for (const other of [await keyed("k-1", "k-2"), await keyed(undefined, "k".repeat(256))])
      expect(other).toMatchObject({ status: 400, body: { errors: [{ pointer: "/idempotency_key" }] } });
  });

  test("writes nothing with ?dry_run=true, and says what is wrong all the same", async () => {
    const { post, operations, turns } = await world();
    expect(await post("", asked, allScopes, { dry_run: "true" })).toMatchObject({ status: 200 });
    const wrong = await post("", { ...asked, filter: place }, allScopes, { dry_run: "true" });
    expect(wrong.body.errors).toEqual([expect.objectContaining({ pointer: "/filter" })]);
    expect([operations.all(), turns.sent, await operations.open()]).toEqual([[], [], []]);
  });

  test("needs what a change of one job needs, in every env of it", async () => {
    const { post } = await world();
    expect((await post("", asked, only(["jobs:read"]))).status).toBe(403);
    expect((await post("", asked, only(["jobs:write"], ["dev"]))).status).toBe(403);
    expect((await post("", asked, only(["jobs:write"], ["prd"]))).status).toBe(202);
    const count = { action: "count", filter };
    expect((await post("", count, only(["jobs:read"]))).status).toBe(202);
  });

  test("is refused where five of the product are open", async () => {
    const { post } = await world();
    for (let n = 0; n < 5; n++) expect((await post("", asked)).status).toBe(202);
    expect(await post("", asked)).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
  });
});

describe("an operation", () => {
  const path = "/op_0123456789abcdef";

  test("is shown with what it has done, and hidden from keys that do not reach it", async () => {
    const { get } = await world(anOperation({ stop: { at: noon } }));
    expect((await get(path)).body).toMatchObject({
      matched: 9,
      changed: 4,
      unchanged: 1,
      remaining: 4,
      stopping: true,
    });
    expect(await get(path, only(["jobs:read"], ["dev"]))).toMatchObject({
      status: 404,
      body: { code: "OPERATION_NOT_FOUND" },
    });
    expect((await get("/op_0000000000000000")).status).toBe(404);
  });

  test("is listed with the others of its product, the latest first", async () => {
    const { get } = await world(
      anOperation(),
      anOperation({ id: "op_1111111111111111", created_at: noon + 1, envs: ["dev"] }),
    );
    const ids = async (scopes = allScopes) =>
      (await get("", scopes, { product_tag: "my-product" })).body.operations.map(
        (one: { operation_id: string }) => one.operation_id,
      );
    expect(await ids()).toEqual(["op_1111111111111111", "op_0123456789abcdef"]);
    expect(await ids(only(["jobs:read"], ["prd"]))).toEqual(["op_0123456789abcdef"]);
    const first = await get("", allScopes, { product_tag: "my-product", limit: "1" });
    const rest = await get("", allScopes, { product_tag: "my-product", cursor: first.body.next_cursor });
    expect(rest.body.operations).toHaveLength(1);
  });

  test("shows the jobs that it has not changed, in pages", async () => {
    const { get, operations } = await world(anOperation({ last_page: 9 }));
    const jobs = (n: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        ...{ job_id: `job_${n}_${i}`, outcome: "unchanged" as const },
        ...{ code: "STATE_CONFLICT", detail: "It has ended." },
      }));
    await operations.putPage("op_0123456789abcdef", 9, { previous: 5, jobs: jobs(9, 60) }, noon);
    await operations.putPage("op_0123456789abcdef", 5, { previous: 3, jobs: jobs(5, 60) }, noon);
    await operations.putPage("op_0123456789abcdef", 3, { jobs: jobs(3, 2) }, noon);
    // A page of a process that has lost its turn is none of the operation.
    await operations.putPage("op_0123456789abcdef", 7, { jobs: jobs(7, 2) }, noon);
    const first = await get(`${path}/not-changed`, allScopes, { limit: "100" });
    expect(first.body.jobs).toHaveLength(120);
    const rest = await get(`${path}/not-changed`, allScopes, { cursor: first.body.next_cursor });
    expect(rest.body).toEqual({ jobs: jobs(3, 2) });
  });

  test("is paused, continued, given another rate and stopped", async () => {
    const { post, turns, operations } = await world(anOperation());
    expect((await post(`${path}/pause`)).body).toMatchObject({ state: "running", paused: { at: noon } });
    expect(turns.sent).toEqual([]);
    expect((await post(`${path}/rate`, { rate_per_second: 3 })).body.rate_per_second).toBe(3);
    expect((await post(`${path}/continue`)).body.paused).toBeUndefined();
    expect((await post(`${path}/stop`, undefined, allScopes, { dry_run: "true" })).body.stopping).toBe(true);
    expect((await operations.get("op_0123456789abcdef"))?.stop).toBeUndefined();
    expect((await post(`${path}/stop`)).body).toMatchObject({ stopping: true });
    expect((await post(`${path}/stop`)).status).toBe(200);
    expect(turns.sent.map(({ message }) => message.turn)).toEqual([4, 4, 4]);
    expect(await post(`${path}/continue`)).toMatchObject({ status: 409 });
    expect((await post(`${path}/pause`, undefined, only(["jobs:read"]))).status).toBe(403);
  });
});
