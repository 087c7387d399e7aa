import { jest } from "@jest/globals";
import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import type { Incident } from "../../../lambdas/core/job/incident.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";

const tenant = { product: "my-product", env: "prd" };
const job = aJob({ ...tenant, event: "create_order", type: "action" });
const path = (id: string, verb = "") => `/v1/incidents/my-product/prd/${id}${verb}`;
const idOf = (n: number) => String(n).padStart(16, "0");

function world() {
  const api = fakeApi({ jobs: [job] });
  const add = async (n: number, state?: Incident["state"], at = noon + n) => {
    const entries = [counted({ at, event: "create_order", job_id: job.id })];
    const subject = { kind: "cause" as const, target: "apps/shop", code: "TIMEOUT" as const };
    const added = await api.incidents.add({ ...tenant, id: idOf(n), subject, entries }, { mustExist: false });
    if (added && state) await api.incidents.change(added, { state, opening: 1, opened_at: at, base: 0 });
  };
  const get = (at: string, query: Record<string, string> = {}, scopes: Scopes = allScopes) =>
    api.ask({ method: "GET", path: at, query, scopes });
  const post = (at: string, body?: object, query: Record<string, string> = {}) =>
    api.ask({ method: "POST", path: at, query, ...(body && { body }), scopes: allScopes });
  return { ...api, add, get, post };
}

describe("the list of incidents", () => {
  it("has those that failed last first, in pages", async () => {
    const { add, get } = world();
    for (const n of [1, 3, 2]) await add(n, "open");
    const first = await get("/v1/incidents", { limit: "2" });
    expect(first.body.incidents).toMatchObject([{ id: idOf(3) }, { id: idOf(2) }]);
    const cursor = String(first.body.next_cursor);
    const rest = await get("/v1/incidents", { limit: "2", cursor });
    expect(rest.body).toMatchObject({ incidents: [{ id: idOf(1) }] });
    expect(rest.body).not.toHaveProperty("next_cursor");
    expect(await get("/v1/incidents", { cursor, state: "open" })).toMatchObject({ status: 400 });
  });

  it("selects by state, product and env", async () => {
    const { add, get } = world();
    await add(1, "open");
    await add(2, "closed");
    await add(3);
    const ids = async (query: Record<string, string>) =>
      ((await get("/v1/incidents", query)).body.incidents as { id: string }[]).map(({ id }) => id);
    expect(await ids({ state: "open" })).toEqual([idOf(3), idOf(1)]);
    expect(await ids({ state: "closed,resolved" })).toEqual([idOf(2)]);
    expect(await ids({ product_tag: "my-product", env: "dev" })).toEqual([]);
    expect(await get("/v1/incidents", { state: "shut" })).toMatchObject({ status: 400 });
  });

  it("says how many it has looked at where there are more", async () => {
    const { add, get } = world();
    for (let n = 0; n < 1100; n++) await add(n, "closed");
    const { body } = await get("/v1/incidents", { state: "open" });
    expect(body).toEqual({ incidents: [], examined: 1000 });
  });

  it("has what is open behind more than it looks at", async () => {
    const { add, get, incidents } = world();
    for (let n = 0; n < 1100; n++) await add(n, "closed");
    for (const n of [3000, 3001]) {
      await add(n, "open");
      await incidents.watch({ ...tenant, id: idOf(n), opening: 1, at: noon + n });
    }
    await incidents.watch({ ...tenant, id: idOf(5), opening: 2, at: noon });
    const first = (await get("/v1/incidents", { state: "open", limit: "1" })).body;
    expect(first).toMatchObject({ incidents: [{ id: idOf(3001) }], examined: 1002 });
    const rest = (await get("/v1/incidents", { state: "open", limit: "1", cursor: String(first.next_cursor) })).body;
    expect(rest).toMatchObject({ incidents: [{ id: idOf(3000) }] });
  });
});

describe("an incident", () => {
  it("has what the provider answered for keys that may see inputs", async () => {
    const { add, get, answers } = world();
    await add(1, "open");
    const { id: job_id, run, attempt, created_at } = job;
    const answer = { status: 503, headers: { "x-a": "b" }, body: "down" };
    await answers.put({ ...answer, job_id, run, attempt, created_at, at: noon }, { isFirst: true, until: noon });
    expect((await get(path(idOf(1)))).body).toMatchObject({ sample_job_id: job.id, failing: 1, answer });
    const reader = { products: "*", envs: "*", verbs: ["jobs:read"] } as unknown as Scopes;
    expect((await get(path(idOf(1)), {}, reader)).body).not.toHaveProperty("answer");
  });

  it("says that it keeps coming back, where it was opened four times within a day", async () => {
    const { add, get, incidents } = world();
    await add(1);
    const hour = 3_600_000;
    const flaps = async (...openings: number[]) => {
      const found = await incidents.get({ ...tenant, id: idOf(1) });
      const opened_at = openings.at(-1);
      if (found) await incidents.change(found, { state: "open", opening: openings.length, opened_at, openings });
      return (await get(path(idOf(1)))).body.flaps;
    };
    const [first, second, third] = [noon, noon + hour, noon + 2 * hour];
    expect(await flaps(first, second, third)).toBeUndefined();
    expect(await flaps(first, second, third, noon + 3 * hour)).toBe(true);
    expect(await flaps(first, second, third, noon + 25 * hour)).toBeUndefined();
  });

  it("is resolved, ignored and reopened, and only shown with dry_run", async () => {
    const { add, post, incidents, clock } = world();
    await add(1, "open");
    await clock.advance(1000);
    const now = clock.now();
    const stored = () => incidents.get({ ...tenant, id: idOf(1) });
    const before = await stored();
    expect(await post(path(idOf(1), "/resolve"), undefined, { dry_run: "true" })).toMatchObject({
      ...{ status: 200, body: { state: "resolved", ended_at: now, failing: 0 } },
    });
    expect(await stored()).toEqual(before);
    expect(await post(path(idOf(1), "/ignore"), { until: now + 60_000, above_per_hour: 5 })).toMatchObject({
      body: { state: "ignored", ignored: { until: now + 60_000, above_per_hour: 5 } },
    });
    expect(await post(path(idOf(1), "/resolve"))).toMatchObject({ body: { state: "resolved", failing: 0 } });
    // There is nothing to ignore, and to say it twice does no harm.
    expect(await post(path(idOf(1), "/ignore"))).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
    expect(await post(path(idOf(1), "/resolve"))).toMatchObject({ status: 200 });
    expect(await post(path(idOf(1), "/reopen"))).toMatchObject({ body: { state: "open", openings: 2, failing: 0 } });
    expect(await incidents.watched()).toMatchObject([{ id: idOf(1), opening: 2 }]);
  });

  it("is refused a time that has passed, and where there is none", async () => {
    const { add, post, get } = world();
    await add(1, "open");
    expect(await post(path(idOf(1), "/ignore"), { until: noon - 1 })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/until", detail: "must be in the future" }] },
    });
    expect(await get(path(idOf(9)))).toMatchObject({ status: 404, body: { code: "INCIDENT_NOT_FOUND" } });
    expect(await post(path(idOf(9), "/resolve"))).toMatchObject({ status: 404, body: { code: "INCIDENT_NOT_FOUND" } });
  });

  it.each([
    ["k:", undefined, "deployed"],
    ["k:0123456789abcdef", "night shift", "night shift"],
    ["k:0123456789abcdef", undefined, "0123456789abcdef"],
    ["i:arn:aws:iam::1:role/ops", undefined, "arn:aws:iam::1:role/ops"],
  ])("says by whom it was changed: %s, %s", async (by, by_name, shown) => {
    const { add, get, incidents } = world();
    await add(1, "open");
    const known = await incidents.get({ ...tenant, id: idOf(1) });
    if (known) await incidents.change(known, { by, ...(by_name && { by_name }) });
    expect((await get(path(idOf(1)))).body.by).toBe(shown);
  });

  it("is not looked for by what is longer than a key of the table", async () => {
    const { post, get, incidents } = world();
    const asked = jest.spyOn(incidents, "get");
    const long = path("0".repeat(1025));
    expect(await get(long)).toMatchObject({ status: 404, body: { code: "INCIDENT_NOT_FOUND" } });
    expect(await post(`${long}/resolve`)).toMatchObject({ status: 404, body: { code: "INCIDENT_NOT_FOUND" } });
    expect(asked).not.toHaveBeenCalled();
  });
});
