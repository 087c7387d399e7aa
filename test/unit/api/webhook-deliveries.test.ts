import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { mostSentAttempts, type SentChange, sentIdOf } from "../../../lambdas/core/catalog/sent-delivery.ts";
import { Delivery } from "../../../lambdas/core/outbound/webhook.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { aSentMessage } from "../../support/conformance/sent-deliveries.ts";

const orders = { product: "my-product", env: "prd", webhook: "orders" };
const path = "/v1/webhooks/my-product/prd/orders/deliveries";
const message = (n = 1, more: object = {}) =>
  aSentMessage({ ...orders, id: `evt_${n}`, time: noon + n, data: { job_id: `job_${n}`, status: "failed" }, ...more });
const failed = { at: noon + 9, attempt: 1, ms: 7, status: 500, code: "HTTP_500" };
const answer = { status: 500, body: "<h1>s3cret</h1>", cut: true as const };
const retrying: SentChange = { outcome: "retrying", next_at: noon + 5000, attempt: failed, answer };

async function world(...sent: [ReturnType<typeof message>, SentChange][]) {
  const api = fakeApi();
  for (const [one, change] of sent) await api.sentDeliveries.note(one, change, noon);
  const of = (n: number, more = "") => `${path}/${sentIdOf(message(n))}${more}`;
  const resend = (n = 1, more: object = {}) => api.ask({ method: "POST", path: of(n, "/resend"), ...more });
  return { ...api, of, resend };
}

const view = {
  ...{ id: sentIdOf(message()), at: noon + 1, product_tag: "my-product", env: "prd", webhook: "orders" },
  ...{ webhook_id: "evt_1", type: "job.completed", job_id: "job_1" },
  ...{ outcome: "retrying", next_at: noon + 5000, attempts: [failed] },
};

describe("what was sent", () => {
  it("is listed without bodies, the latest events first, in pages", async () => {
    const all = [1, 2, 3].map((n): [ReturnType<typeof message>, SentChange] => [message(n), retrying]);
    const { ask } = await world(...all);
    const first = (await ask({ path, query: { limit: "2" } })).body;
    expect(first.deliveries.map(({ job_id }: { job_id: string }) => job_id)).toEqual(["job_3", "job_2"]);
    const second = (await ask({ path, query: { limit: "2", cursor: first.next_cursor } })).body;
    expect(second).toEqual({ deliveries: [view] });
    expect(JSON.stringify([first, second])).not.toContain("s3cret");
    const other = "/v1/webhooks/my-product/dev/orders/deliveries";
    expect((await ask({ path: other, query: { cursor: first.next_cursor } })).status).toBe(400);
    expect((await ask({ path: other })).body).toEqual({ deliveries: [] });
    expect(await ask({ path: "/v1/webhooks/my-product/prd/order/deliveries" })).toMatchObject({
      status: 404,
      body: { code: "WEBHOOK_NOT_FOUND", detail: expect.stringContaining("orders") },
    });
  });

  it("is listed by what came of it, however far back that is", async () => {
    const some = Array.from({ length: 205 }, (_, n): [ReturnType<typeof message>, SentChange] => [
      message(n),
      n % 100 === 1 ? retrying : { outcome: n === 3 ? "failed" : "delivered" },
    ]);
    const { ask } = await world(...some);
    const jobs = async (query: Record<string, string>) => {
      const { status, body } = await ask({ path, query });
      return { status, body, jobs: body.deliveries?.map(({ job_id }: { job_id: string }) => job_id) };
    };
    expect((await jobs({ outcome: "retrying" })).jobs).toEqual(["job_201", "job_101", "job_1"]);
    const first = await jobs({ outcome: "failed,retrying", limit: "2" });
    expect(first.jobs).toEqual(["job_201", "job_101"]);
    expect(first.body).not.toHaveProperty("examined");
    const { next_cursor: cursor } = first.body;
    const second = await jobs({ outcome: "failed,retrying", limit: "2", cursor });
    expect([second.jobs, (await jobs({ outcome: "dropped" })).body]).toEqual([["job_3", "job_1"], { deliveries: [] }]);
    // The cursor belongs to the outcomes that were asked for.
    expect((await jobs({ outcome: "failed", cursor })).status).toBe(400);
    expect((await jobs({ outcome: "lost" })).body).toMatchObject({
      code: "INVALID_REQUEST",
      errors: [{ pointer: "/query/outcome", detail: "one or more of delivered, retrying, failed, dropped" }],
    });
  });

  it("is shown with its body, and with the answer to keys that may see inputs", async () => {
    const { ask, of } = await world([message(), retrying]);
    const body = JSON.stringify({
      type: "job.completed",
      timestamp: new Date(noon + 1).toISOString(),
      data: { job_id: "job_1", status: "failed" },
    });
    expect((await ask({ path: of(1) })).body).toEqual({ ...view, body, answer });
    const reader: Scopes = { ...allScopes, verbs: ["jobs:read"] };
    expect((await ask({ path: of(1), scopes: reader })).body).toEqual({ ...view, body });
  });

  it("is nothing of another product, env or webhook, and stays when the catalog has lost its webhook", async () => {
    const gone = { ...orders, webhook: "gone" };
    const { ask, of, resend, webhooks, sentDeliveries } = await world([message(), retrying]);
    for (const scopes of [
      { ...allScopes, products: ["mill"] },
      { ...allScopes, envs: ["dev"] },
    ]) {
      for (const one of [path, of(1)]) expect((await ask({ path: one, scopes })).status).toBe(403);
      expect((await resend(1, { scopes })).status).toBe(403);
    }
    expect((await resend(1, { scopes: { ...allScopes, verbs: ["jobs:read", "jobs:input"] } })).status).toBe(403);
    expect((await ask({ path: of(2) })).body.code).toBe("DELIVERY_NOT_FOUND");
    const long = "x".repeat(3000);
    expect((await ask({ path: `${path}/${long}` })).body.code).toBe("DELIVERY_NOT_FOUND");
    const ofLong = `/v1/webhooks/my-product/prd/${long}/deliveries`;
    expect((await ask({ path: ofLong })).body.code).toBe("WEBHOOK_NOT_FOUND");
    await sentDeliveries.note(message(1, gone), retrying, noon);
    const ofGone = "/v1/webhooks/my-product/prd/gone/deliveries";
    expect((await ask({ path: ofGone })).body.deliveries).toHaveLength(1);
    const again = await ask({ method: "POST", path: `${ofGone}/${sentIdOf(message())}/resend` });
    expect(again).toMatchObject({ status: 404, body: { code: "WEBHOOK_NOT_FOUND" } });
    expect(webhooks.sent).toEqual([]);
  });
});

describe("a resend", () => {
  it("queues the same event as a first attempt, of a delivered one too, each time that it is asked for", async () => {
    const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    const { resend, webhooks, audit, clock } = await world([message(1, { trace }), { outcome: "delivered" }]);
    const dry = await resend(1, { query: { dry_run: "true" } });
    expect([dry.status, webhooks.sent, audit.all()]).toEqual([200, [], []]);
    const done = await resend();
    expect(done).toMatchObject({ status: 202, body: { outcome: "retrying", next_at: clock.now() } });
    expect(dry.body).toEqual(done.body);
    await resend();
    expect(webhooks.sent).toHaveLength(2);
    const [{ message: queued, group } = { message: {}, group: "" }] = webhooks.sent;
    expect(Delivery.parse(queued)).toEqual({
      ...{ v: 1, ...message(1, { trace }), attempt: 1, due_at: clock.now() },
    });
    expect(group).toBe("my-product:prd:orders");
    expect(audit.all()).toHaveLength(2);
    expect(audit.all()[0]).toMatchObject({
      ...{ action: "webhook.resend", target: "orders", jobs: ["job_1"] },
      after: { delivery: sentIdOf(message()), webhook_id: "evt_1" },
    });
  });

  it("is refused while the endpoint is disabled, and where there are too many attempts", async () => {
    const { resend, endpoints, webhooks, sentDeliveries } = await world([message(), { outcome: "dropped" }]);
    await endpoints.disable(orders, { at: noon, reason: "failing", url: "hash" });
    for (const query of [{}, { dry_run: "true" }])
      expect(await resend(1, { query })).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
    await endpoints.enable(orders);
    expect((await resend()).status).toBe(202);
    for (let n = 0; n < mostSentAttempts; n++)
      await sentDeliveries.note(message(), { outcome: "failed", attempt: failed }, noon);
    expect((await resend()).status).toBe(409);
    expect(webhooks.sent).toHaveLength(1);
  });

  it("takes no body", async () => {
    const { resend, webhooks } = await world([message(), retrying]);
    expect((await resend(1, { body: { to: "x" } })).status).toBe(400);
    expect(webhooks.sent).toEqual([]);
  });
});
