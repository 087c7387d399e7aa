import { createHmac } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import { keptBodyBytes, keptHeadersOf } from "../../../lambdas/core/job/hook-delivery.ts";
import { TransientError } from "../../../lambdas/core/kernel/errors.ts";
import { answer } from "../../../lambdas/hooks/answer.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";
import { hookSecret, type Signing, signed } from "../../support/signing.ts";

const at = noon / 1000;
const take = { type: "action", app: "shop", action: "take" } as const;
const body = { data: "$Hook{body}", kind: "$Hook{headers}{x-kind}" };
const verify = { preset: "stripe", secret: secret("shop/hooks#own") } as const;
const stripe = {
  verify,
  schema: { id: { type: "string" }, amount: { type: "number" } },
  when: { value: "$Hook{body}{type}", not_equals: "ping" },
  to: { event: "take", input: { body } },
};
const product = {
  tag: "shop",
  envs: ["dev", "prd"],
  apps: {
    shop: {
      envs: { dev: { base_url: "https://shop.example" }, prd: { base_url: "https://shop.example" } },
      actions: { take: { method: "POST", path: "/take" } },
    },
  },
  jobs: {
    take,
    card: { ...take, redact: ["/body/data/card"] },
    order: { type: "feature", feature: "order" },
  },
  features: {
    order: {
      signals: { paid: { schema: { amount: { type: "number" } } } },
      sequences: { main: [{ step: "payment", wait: { signal: "paid", key: "order-1", timeout: "1d" } }] },
    },
  },
  hooks: {
    stripe,
    card: { verify, to: { event: "card", input: { body } } },
    brief: { verify, keep_body: false, to: { event: "take", input: { body } } },
    plain: {
      verify: { preset: "hmac", header: "X-Own", secret: secret("shop/hooks#own") },
      to: { event: "take", input: { body } },
    },
    paid: { verify, to: { signal: "paid", key: "$Hook{body}{order}", payload: { amount: "$Hook{body}{amount}" } } },
    lost: { verify: { preset: "stripe", secret: secret("shop/none") }, to: { event: "take", input: { body } } },
  },
};
const catalogOf = (hooks: object = product.hooks, more: object = {}) =>
  makeCatalog([{ ...product, ...more, hooks }] as readonly unknown[] as readonly Product[], registry);

/** A world of one table, with the function of hooks and the API. */
function world() {
  const api = fakeApi({ catalog: catalogOf() });
  const { services } = api;
  let requests = 0;
  const using = (catalog = services.catalog, more: object = {}) => ({
    ...services,
    secrets: fakeSecrets({ "shop/hooks#own": hookSecret }),
    mayReadAgain: () => false,
    catalog,
    ...more,
  });
  const deliver = async (
    name: string,
    sent: string | Buffer,
    headers: Record<string, string> = signed.stripe({ body: sent, at }),
    with_ = using(),
  ) => {
    const { statusCode } = await answer(with_, {
      pathParameters: { product: "shop", env: "prd", name },
      headers,
      requestContext: { requestId: `sent-${++requests}`, http: { method: "POST", path: "" } },
      body: Buffer.from(sent).toString("base64"),
      isBase64Encoded: true,
    } as unknown as APIGatewayProxyEventV2);
    return statusCode;
  };
  const pathOf = (name: string, id = "") => `/v1/hooks/shop/prd/${name}/deliveries${id && `/${id}`}`;
  const list = async (name: string, query: Record<string, string> = {}, scopes: Scopes = allScopes) =>
    (await api.ask({ path: pathOf(name), query, scopes })).body;
  const get = async (name: string, id: string, scopes: Scopes = allScopes) =>
    (await api.ask({ path: pathOf(name, id), scopes })).body;
  const replay = (name: string, id: string, { key, ...more }: { key?: string; query?: object; scopes?: Scopes } = {}) =>
    api.ask({
      ...{ method: "POST", path: `${pathOf(name, id)}/replay`, requestId: `asked-${++requests}` },
      ...(key !== undefined && { headers: { "idempotency-key": key } }),
      ...(more as object),
    });
  /** The catalog of a later deployment, for all functions. */
  const deploy = (catalog: ReturnType<typeof catalogOf>) => Object.assign(services, { catalog });
  return { ...api, deliver, list, get, replay, deploy, using, jobs: api.jobs };
}

const ownSignature = (body: string | Buffer) => createHmac("sha256", hookSecret).update(body).digest("hex");
const stripeOf = (body: string, more: Partial<Signing> = {}) => signed.stripe({ body, at, ...more });
const paid = JSON.stringify({ id: "evt_1", amount: 12, note: "Grüße \u{1F600}" });

test("the product of these tests has no faults", () => {
  expect(checkCatalog([product], registry)).toEqual([]);
});

it("puts the job into the trace that its sender is in, and a replay of it into none", async () => {
  const { deliver, list, replay, jobs } = world();
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await deliver("stripe", paid, { ...stripeOf(paid), traceparent, tracestate: "shop=1" });
  const other = '{"id":"evt_2","amount":1}';
  await deliver("stripe", other, { ...stripeOf(other), traceparent: "00-nothing" });
  const [, { id }] = (await list("stripe")).deliveries;
  await replay("stripe", id, { key: "again" });
  expect(jobs.all().map(({ trace }) => trace)).toEqual([
    { parent: traceparent, state: "shop=1" },
    undefined,
    undefined,
  ]);
});

describe("what is kept", () => {
  it("is one item a delivery, the latest first, with what came of each", async () => {
    const { deliver, list, clock, jobs, hookDeliveries } = world();
    const all: (string | Buffer)[] = [
      paid,
      paid,
      '{"id":"evt_2","amount":1,"type":"ping"}',
      '{"id":"evt_3","amount":"12"}',
      "{",
    ];
    for (const one of all) {
      await deliver("stripe", one);
      await clock.advance(1);
    }
    expect(hookDeliveries.all()).toHaveLength(5);
    const { deliveries, next_cursor } = await list("stripe");
    expect(next_cursor).toBeUndefined();
    const [job] = jobs.all();
    const shown = { product_tag: "shop", env: "prd", hook: "stripe", event: "take", replayable: true };
    expect(deliveries).toEqual(
      [
        {
          ...{ at: noon + 4, outcome: "refused", body_bytes: 1, code: "INVALID_REQUEST" },
          errors: [{ pointer: "/body", detail: "is no JSON, although its content type says so" }],
        },
        {
          ...{ at: noon + 3, outcome: "refused", delivery_id: "evt_3", code: "INVALID_REQUEST", body_bytes: 28 },
          errors: [{ pointer: "/body/amount", detail: expect.stringContaining("number") }],
        },
        { at: noon + 2, outcome: "ignored", delivery_id: "evt_2", body_bytes: 39 },
        {
          at: noon + 1,
          outcome: "duplicate",
          delivery_id: "evt_1",
          job_id: job?.id,
          body_bytes: Buffer.byteLength(paid),
        },
        { at: noon, outcome: "accepted", delivery_id: "evt_1", job_id: job?.id, body_bytes: Buffer.byteLength(paid) },
      ].map((one) => ({ ...shown, id: expect.stringMatching(/^dlv_/), ...one })),
    );
  });

  it("is nothing of what nobody has signed, is too old, is too large or belongs to no hook", async () => {
    const { deliver, hookDeliveries } = world();
    expect(await deliver("stripe", paid, {})).toBe(401);
    expect(await deliver("stripe", paid, stripeOf(paid, { secret: "guessed" }))).toBe(401);
    expect(await deliver("stripe", paid, stripeOf(paid, { at: at - 301 }))).toBe(401);
    expect(await deliver("none", paid)).toBe(401);
    expect(await deliver("lost", paid)).toBe(500);
    expect(await deliver("stripe", Buffer.alloc(1024 * 1024 + 1))).toBe(413);
    expect(hookDeliveries.all()).toEqual([]);
  });

  it("is nothing of the question of a provider that sets a hook up", async () => {
    const { deliver, hookDeliveries, using } = world();
    const github = { ...stripe, verify: { ...verify, preset: "github" } };
    const headers = { ...signed.github({ body: "{}", at }), "x-github-event": "ping" };
    expect(await deliver("github", "{}", headers, using(catalogOf({ github })))).toBe(200);
    expect(hookDeliveries.all()).toEqual([]);
  });

  it("has no signature, credential or address, and not more headers than fit", async () => {
    const { deliver, hookDeliveries } = world();
    const secrets = {
      ...{ authorization: "Bearer s3cret", cookie: "a=s3cret", "x-api-key": "s3cret", "x-gitlab-token": "s3cret" },
      ...{ "x-forwarded-for": "192.0.2.7", "x-own": ownSignature(paid) },
    };
    await deliver("plain", paid, { ...secrets, "content-type": "application/json", "x-kind": "k" });
    await deliver("stripe", paid, { ...stripeOf(paid), ...secrets, "x-kind": "k", "idempotency-key": "of theirs" });
    expect(hookDeliveries.all().map(({ sent }) => sent?.headers)).toEqual([
      { "content-type": "application/json", "x-kind": "k" },
      {
        ...{ "content-type": "application/json; charset=utf-8", "x-kind": "k", "idempotency-key": "of theirs" },
        // Another hook's header of a signature is none of this one's.
        "x-own": ownSignature(paid),
      },
    ]);
    expect(JSON.stringify(hookDeliveries.all())).not.toMatch(/s3cret|192\.0\.2\.7/);
    expect(keptHeadersOf({ "x-own": "v1", other: "a" }, "X-Own")).toEqual({ other: "a" });
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, "v".repeat(1000)]));
    expect(JSON.stringify(keptHeadersOf(many, undefined)).length).toBeLessThan(9000);
  });

  it("has bodies of up to 256 KB, and says that a longer one is not kept", async () => {
    const { deliver, list, replay } = world();
    for (const [id, size] of [
      ["evt_most", keptBodyBytes],
      ["evt_more", keptBodyBytes + 1],
    ] as const) {
      const large = JSON.stringify({ id, amount: 1 }).padEnd(size);
      expect(await deliver("stripe", large)).toBe(200);
    }
    const { deliveries } = await list("stripe");
    const of = (id: string) => deliveries.find(({ delivery_id }: { delivery_id: string }) => delivery_id === id);
    expect(of("evt_most")).toMatchObject({ outcome: "accepted", replayable: true, body_bytes: keptBodyBytes });
    expect(of("evt_more")).toMatchObject({ outcome: "accepted", replayable: false, body_bytes: keptBodyBytes + 1 });
    expect((await replay("stripe", of("evt_most").id)).status).toBe(202);
    expect(await replay("stripe", of("evt_more").id)).toMatchObject({ status: 409, body: { code: "STATE_CONFLICT" } });
  });

  it("has no body where the hook says so", async () => {
    const { deliver, list, hookDeliveries, replay } = world();
    await deliver("brief", paid);
    expect(JSON.stringify(hookDeliveries.all())).not.toContain("Grüße");
    const [delivery] = (await list("brief")).deliveries;
    expect(delivery).toMatchObject({ outcome: "accepted", replayable: false });
    expect((await replay("brief", delivery.id)).status).toBe(409);
  });

  it("says what failed, and a provider is answered the same where nothing can be kept", async () => {
    const { deliver, list, using, services, log, jobs } = world();
    const create = () => Promise.reject(new TransientError("ThrottlingException", "later"));
    const failing = using(undefined, { jobs: { ...services.jobs, create } });
    expect(await deliver("stripe", paid, stripeOf(paid), failing)).toBe(503);
    expect((await list("stripe")).deliveries).toMatchObject([
      { outcome: "failed", code: "UNAVAILABLE", delivery_id: "evt_1", replayable: true },
    ]);
    const put = () => Promise.reject(new Error("AccessDenied: s3cret"));
    const closed = using(undefined, { hookDeliveries: { put } });
    expect(await deliver("stripe", paid, stripeOf(paid), closed)).toBe(200);
    expect(await deliver("stripe", '{"id":5}', stripeOf('{"id":5}'), closed)).toBe(422);
    expect(jobs.all()).toHaveLength(1);
    expect(log.lines.filter(({ message }) => message === "a delivery could not be kept")).toHaveLength(2);
    expect(JSON.stringify(log.lines)).not.toContain("s3cret");
  });
});

describe("who sees what", () => {
  const without = (...verbs: string[]): Scopes => ({ ...allScopes, verbs: verbs as Scopes["verbs"] });

  it("is in the list without bodies, and of one delivery whole for keys that may see inputs", async () => {
    const { deliver, list, get } = world();
    await deliver("stripe", paid, { ...stripeOf(paid), "x-kind": "k" });
    const text = JSON.stringify(await list("stripe"));
    expect(text).not.toContain("Grüße");
    const { id } = JSON.parse(text).deliveries[0];
    expect(await get("stripe", id)).toMatchObject({ body: paid, headers: { "x-kind": "k" } });
    const seen = await get("stripe", id, without("jobs:read"));
    expect(seen).toMatchObject({ id, outcome: "accepted" });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["body"]));
    expect(JSON.stringify(seen)).not.toContain("Grüße");
  });

  it("is no body of an event that hides parts of inputs, now or when it came", async () => {
    const { deliver, list, get, deploy, replay } = world();
    const text = '{"id":"evt_1","card":"4111"}';
    await deliver("card", text);
    await deliver("stripe", paid);
    const [card] = (await list("card")).deliveries;
    const [open] = (await list("stripe")).deliveries;
    expect(JSON.stringify(await get("card", card.id))).not.toContain("4111");
    deploy(catalogOf(product.hooks, { jobs: { ...product.jobs, card: take, take: { ...take, redact: ["/body"] } } }));
    expect(JSON.stringify(await get("card", card.id))).not.toContain("4111");
    expect(JSON.stringify(await get("stripe", open.id))).not.toContain("Grüße");
    // It is kept all the same, as the input of its job is.
    expect((await replay("card", card.id)).status).toBe(202);
  });

  it("is a body that is no text in base64", async () => {
    const { deliver, list, get } = world();
    const bytes = Buffer.from([0xff, 0xfe, 0x00]);
    const headers = { ...signed.stripe({ body: bytes, at }), "content-type": "application/octet-stream" };
    await deliver("card", bytes, headers);
    const [{ id }] = (await list("card")).deliveries;
    expect(await get("card", id)).not.toHaveProperty("body");
    await deliver("plain", bytes, { ...headers, "x-own": ownSignature(bytes) });
    const [{ id: shown }] = (await list("plain")).deliveries;
    expect(await get("plain", shown)).toMatchObject({ body: "//4A", body_encoding: "base64", outcome: "accepted" });
  });

  it("is nothing for a key of another product or env, and nothing is replayed by one that may not write", async () => {
    const { deliver, list, ask, jobs, replay } = world();
    await deliver("stripe", paid);
    const [{ id }] = (await list("stripe")).deliveries;
    const path = `/v1/hooks/shop/prd/stripe/deliveries`;
    for (const scopes of [
      { ...allScopes, products: ["mill"] },
      { ...allScopes, envs: ["dev"] },
    ]) {
      for (const one of [path, `${path}/${id}`]) expect((await ask({ path: one, scopes })).status).toBe(403);
      expect((await replay("stripe", id, { scopes })).status).toBe(403);
    }
    expect((await replay("stripe", id, { scopes: without("jobs:read", "jobs:input") })).status).toBe(403);
    expect(jobs.all()).toHaveLength(1);
    // No key of the table is made of what can be none.
    const long = "x".repeat(3000);
    expect((await ask({ path: `${path}/${long}` })).body.code).toBe("DELIVERY_NOT_FOUND");
    expect((await ask({ path: `/v1/hooks/shop/prd/${long}/deliveries` })).body.code).toBe("HOOK_NOT_FOUND");
    // An id leads to deliveries of its own hook only.
    expect((await ask({ path: `/v1/hooks/shop/prd/card/deliveries/${id}` })).body.code).toBe("DELIVERY_NOT_FOUND");
    expect((await ask({ path: `/v1/hooks/shop/dev/stripe/deliveries/${id}` })).body.code).toBe("DELIVERY_NOT_FOUND");
  });

  it("is paged, with cursors of this list only", async () => {
    const { deliver, list, ask, clock } = world();
    for (let n = 0; n < 5; n++) {
      const text = JSON.stringify({ id: `evt_${n}`, amount: n });
      await deliver("stripe", text);
      await clock.advance(1);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list("stripe", { limit: "2", ...(cursor !== undefined && { cursor }) });
      seen.push(...page.deliveries.map(({ delivery_id }: { delivery_id: string }) => delivery_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(["evt_4", "evt_3", "evt_2", "evt_1", "evt_0"]);
    const { next_cursor } = await list("stripe", { limit: "2" });
    const other = await ask({ path: "/v1/hooks/shop/prd/card/deliveries", query: { cursor: next_cursor } });
    expect(other).toMatchObject({ status: 400, body: { errors: [{ pointer: "/query/cursor" }] } });
    expect((await list("card")).deliveries).toEqual([]);
    expect(await ask({ path: "/v1/hooks/shop/prd/strip/deliveries" })).toMatchObject({
      status: 404,
      body: { code: "HOOK_NOT_FOUND", detail: expect.stringContaining("stripe") },
    });
  });
});

describe("a replay", () => {
  it("makes one job more, however often it is asked for, and another one under another name", async () => {
    const { deliver, list, replay, jobs, audit } = world();
    await deliver("stripe", paid, { ...stripeOf(paid), "x-kind": "k" });
    const [{ id, job_id }] = (await list("stripe")).deliveries;
    const dry = await replay("stripe", id, { query: { dry_run: "true" } });
    expect(dry).toMatchObject({ status: 200, body: { delivery: id, outcome: "accepted" } });
    expect(jobs.all()).toHaveLength(1);
    const first = await replay("stripe", id);
    expect(first).toMatchObject({ status: 202, body: { delivery: id, outcome: "accepted" } });
    expect(first.body.job_id).not.toBe(job_id);
    for (const query of [{}, { dry_run: "true" }])
      expect(await replay("stripe", id, { query })).toMatchObject({
        status: 200,
        body: { outcome: "duplicate", job_id: first.body.job_id },
      });
    const named = await replay("stripe", id, { key: "after the fix" });
    expect(named).toMatchObject({ status: 202 });
    expect((await replay("stripe", id, { key: "after the fix" })).body).toMatchObject({
      outcome: "duplicate",
      job_id: named.body.job_id,
    });
    expect(jobs.all()).toHaveLength(3);
    const made = await jobs.get(first.body.job_id);
    expect(made).toMatchObject({
      labels: ["hook:stripe"],
      made_by: "k:",
      input: { inline: { body: { data: JSON.parse(paid), kind: "k" } } },
    });
    // Entries of the same moment have no order.
    const entries = audit.all().map(({ action, target, jobs: of, after }) => ({ action, target, of, after }));
    expect(entries).toHaveLength(2);
    for (const { body } of [first, named])
      expect(entries).toContainEqual({
        ...{ action: "hook.replay", target: "stripe", of: [body.job_id], after: { delivery: id } },
      });
    // The provider that delivers it again is told that it came before.
    await deliver("stripe", paid);
    expect(jobs.all()).toHaveLength(3);
  });

  it("of one that was refused is refused too, with its places, until the catalog is mended", async () => {
    const { deliver, list, replay, deploy, jobs, audit } = world();
    const text = '{"id":"evt_1","amount":"12"}';
    expect(await deliver("stripe", text)).toBe(422);
    const [{ id }] = (await list("stripe")).deliveries;
    expect(await replay("stripe", id)).toMatchObject({
      status: 400,
      body: { code: "INVALID_REQUEST", errors: [{ pointer: "/body/amount" }] },
    });
    expect(audit.all()).toEqual([]);
    deploy(catalogOf({ ...product.hooks, stripe: { ...stripe, schema: { amount: { type: "string" } } } }));
    expect((await replay("stripe", id)).status).toBe(202);
    expect(jobs.all()).toMatchObject([{ input: { inline: { body: { data: { amount: "12" } } } } }]);
  });

  it("is duplicate although the catalog makes another request of it since", async () => {
    const { deliver, list, replay, deploy, jobs } = world();
    await deliver("stripe", paid);
    const [{ id }] = (await list("stripe")).deliveries;
    const { body: first } = await replay("stripe", id);
    deploy(
      catalogOf({ ...product.hooks, stripe: { ...stripe, to: { event: "take", input: { body: { other: 1 } } } } }),
    );
    expect((await replay("stripe", id)).body).toMatchObject({ outcome: "duplicate", job_id: first.job_id });
    expect((await replay("stripe", id, { key: "anew" })).body.outcome).toBe("accepted");
    expect(jobs.all().at(-1)?.input).toEqual({ inline: { body: { other: 1 } } });
  });

  it("of a hook that the catalog has lost is refused, and its list stays", async () => {
    const { deliver, list, get, replay, deploy } = world();
    await deliver("stripe", paid);
    const [{ id }] = (await list("stripe")).deliveries;
    const { stripe: _, ...others } = product.hooks;
    deploy(catalogOf(others));
    expect((await list("stripe")).deliveries).toHaveLength(1);
    expect(await get("stripe", id)).toMatchObject({ id, body: paid });
    expect(await replay("stripe", id)).toMatchObject({ status: 404, body: { code: "HOOK_NOT_FOUND" } });
  });

  it("of what the hook ignores makes nothing, and no entry", async () => {
    const { deliver, list, replay, jobs, audit } = world();
    await deliver("stripe", '{"id":"evt_1","amount":1,"type":"ping"}');
    const [{ id }] = (await list("stripe")).deliveries;
    for (const query of [{}, { dry_run: "true" }])
      expect(await replay("stripe", id, { query })).toMatchObject({ status: 200, body: { outcome: "ignored" } });
    expect([jobs.all(), audit.all()]).toEqual([[], []]);
  });

  it("of a signal is one message of its own", async () => {
    const { deliver, list, replay, signals } = world();
    const text = '{"id":"evt_1","order":"order-1","amount":12}';
    await deliver("paid", text);
    const [{ id, signal_id }] = (await list("paid")).deliveries;
    expect(signal_id).toBe("hook:paid:evt_1");
    const dry = await replay("paid", id, { query: { dry_run: "true" } });
    const done = await replay("paid", id);
    expect(done).toMatchObject({ status: 202, body: { outcome: "accepted", signal_id: `replay:${id}` } });
    expect(dry.body).toEqual(done.body);
    await replay("paid", id);
    const address = { product: "shop", env: "prd", signal: "paid", to: { key: "order-1" } };
    const seen: string[] = [];
    while (await signals.first(address, 0, ({ id: one }) => !seen.includes(one)))
      seen.push((await signals.first(address, 0, ({ id: one }) => !seen.includes(one)))?.id ?? "");
    expect(seen.sort()).toEqual(["hook:paid:evt_1", `replay:${id}`]);
  });

  it("takes no body, and no name that is too long", async () => {
    const { deliver, list, ask, replay } = world();
    await deliver("stripe", paid);
    const [{ id }] = (await list("stripe")).deliveries;
    const path = `/v1/hooks/shop/prd/stripe/deliveries/${id}/replay`;
    expect((await ask({ method: "POST", path, body: { to: "x" } })).status).toBe(400);
    expect((await ask({ method: "POST", path, body: {} })).status).toBe(202);
    expect(await replay("stripe", id, { key: "k".repeat(256) })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/headers/Idempotency-Key" }] },
    });
  });
});
