import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import { TransientError } from "../../../lambdas/core/kernel/errors.ts";
import { requestLimits } from "../../../lambdas/core/kernel/request-limits.ts";
import { answer } from "../../../lambdas/hooks/answer.ts";
import type { HookServices } from "../../../lambdas/hooks/services.ts";
import { noon } from "../../support/builders.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { hookSecret, type Signing, signed } from "../../support/signing.ts";

const at = noon / 1000;
const older = "whsec_b2xkZXIgc2VjcmV0";

const own = { secret: secret("shop/hooks#own"), previous_secret: secret("shop/hooks#older") } as const;
const body = {
  data: "$Hook{body}",
  kind: "$Hook{headers}{x-github-event}",
  delivery: "$Hook{id}",
  text: "of $Hook{body}{id}",
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
    take: { type: "action", app: "shop", action: "take" },
    template: { type: "action", app: "shop", action: "take", expressions: true },
    order: { type: "feature", feature: "order" },
  },
  features: {
    order: {
      signals: { paid: { schema: { amount: { type: "number" } } } },
      sequences: { main: [{ step: "payment", wait: { signal: "paid", key: "order-1", timeout: "1d" } }] },
    },
  },
  hooks: {
    stripe: {
      verify: { preset: "stripe", ...own },
      schema: { id: { type: "string" }, type: { type: "string" } },
      when: { value: "$Hook{body}{type}", not_equals: "ping" },
      to: { event: "take", input: { body }, labels: ["$Hook{body}{type}"] },
    },
    github: { verify: { preset: "github", ...own }, envs: { prd: {} }, to: { event: "take", input: { body } } },
    shopify: { verify: { preset: "shopify", ...own }, id: "$Hook{digest}", to: { event: "take", input: { body } } },
    slack: { verify: { preset: "slack", ...own }, to: { event: "take", input: { body } } },
    template: { verify: { preset: "stripe", ...own }, to: { event: "template", input: { body } } },
    paid: {
      verify: { preset: "standard-webhooks", ...own },
      to: { signal: "paid", key: "$Hook{body}{order}", payload: { amount: "$Hook{body}{amount}" } },
    },
    lost: { verify: { preset: "stripe", secret: secret("shop/none") }, to: { event: "take", input: { body } } },
  },
} as const;

const ports = ["jobs", "queue", "signals", "secrets", "blobs", "gates", "pauses", "sharedKeys"] as const;

interface Sent {
  product?: string;
  env?: string;
  method?: string;
  isBase64Encoded?: boolean;
}

function world(secrets: Record<string, string> = { "shop/hooks#own": hookSecret, "shop/hooks#older": older }) {
  const services = fakeServices({
    catalog: makeCatalog([product] as readonly unknown[] as readonly Product[], registry),
    secrets,
  });
  const calls: string[] = [];
  const watched = { ...services, mayReadAgain: () => false } as HookServices;
  for (const name of [...ports, "hookDeliveries"] as const)
    Object.assign(watched, {
      [name]: new Proxy(services[name], {
        get(port, method) {
          calls.push(`${name}.${String(method)}`);
          return Reflect.get(port, method);
        },
      }),
    });
  let requests = 0;
  const deliver = async (
    name: string,
    sent: string | Buffer,
    headers: Record<string, string | undefined>,
    { product: tag = "shop", env = "prd", method = "POST", isBase64Encoded = true }: Sent = {},
    using: HookServices = { ...services, mayReadAgain: () => false },
  ) => {
    requests++;
    const {
      statusCode,
      body: text,
      headers: got,
    } = await answer(using, {
      pathParameters: { product: tag, env, name },
      headers,
      requestContext: { requestId: `req-${requests}`, http: { method, path: "" } },
      body: Buffer.from(sent).toString(isBase64Encoded ? "base64" : "utf8"),
      isBase64Encoded,
    } as unknown as APIGatewayProxyEventV2);
    return { status: statusCode, text: text ?? "", headers: got as Record<string, string> };
  };
  const stored = () => services.jobs.all();
  const stripe = (value: unknown, more: Partial<Signing> = {}, name = "stripe", how: Sent = {}) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return deliver(name, text, signed.stripe({ body: text, at, ...more }), how);
  };
  return { ...services, deliver, stripe, stored, calls, watched };
}

test("the product of these tests has no faults", () => {
  expect(checkCatalog([product], registry)).toEqual([]);
});

const paid = { id: "evt_1", type: "charge.succeeded", amount: 12, big: 1 };

it("makes a job of what was delivered, once however often it comes", async () => {
  const { stripe, stored, queue } = world();
  expect(await stripe(paid)).toMatchObject({ status: 200, text: '{"outcome":"accepted"}' });
  const jobs = stored();
  expect(jobs).toHaveLength(1);
  expect(jobs[0]).toMatchObject({
    product: "shop",
    env: "prd",
    event: "take",
    request_id: "req-1",
    labels: ["hook:stripe", "charge.succeeded"],
    input: { inline: { body: { data: paid, delivery: "evt_1", text: "of evt_1" } } },
  });
  // As a provider repeats it: signed again, a minute later.
  for (const later of [0, 60, 120])
    expect((await stripe(paid, { at: at + later })).text).toBe('{"outcome":"duplicate"}');
  expect(stored()).toHaveLength(1);
  expect(queue.sent.length).toBeGreaterThan(0);
  // Of another env it is another delivery, and so is another event.
  await stripe(paid, {}, "stripe", { env: "dev" });
  await stripe({ ...paid, id: "evt_2" });
  expect(stored()).toHaveLength(3);
});

it("says duplicate of an event whose body has changed since, and keeps the first job", async () => {
  const { stripe, stored } = world();
  await stripe(paid);
  expect(await stripe({ ...paid, amount: 13 })).toMatchObject({ status: 200, text: '{"outcome":"duplicate"}' });
  expect(stored()).toHaveLength(1);
});

it.each([
  ["text as API Gateway passes on JSON", false],
  ["base64", true],
])("takes bytes that come as %s", async (_how, isBase64Encoded) => {
  const { stripe, stored } = world();
  const text = '{"id":"evt_ü","type":"\u{1F600} Größe"}';
  expect((await stripe(text, {}, "stripe", { isBase64Encoded })).status).toBe(200);
  expect(stored()[0]).toMatchObject({ input: { inline: { body: { data: { type: "\u{1F600} Größe" } } } } });
});

describe("what is not the provider's", () => {
  const text = JSON.stringify(paid);
  const right = signed.stripe({ body: text, at });

  it("looks the same whatever is wrong, and reads nothing", async () => {
    const { deliver, watched, calls, stored, log } = world();
    const refused = [
      await deliver("stripe", text, {}, {}, watched),
      await deliver("stripe", text, signed.stripe({ body: text, at: at - 301 }), {}, watched),
      await deliver("none", text, right, {}, watched),
      await deliver("constructor", text, right, {}, watched),
      await deliver("__proto__", text, right, {}, watched),
      await deliver("stripe", text, right, { product: "none" }, watched),
      await deliver("stripe", text, right, { env: "none" }, watched),
      await deliver("github", text, signed.github({ body: text, at }), { env: "dev" }, watched),
      ...(await Promise.all(
        ["GET", "HEAD", "PUT", "OPTIONS"].map((method) => deliver("stripe", text, right, { method }, watched)),
      )),
    ];
    expect(calls).toEqual([]);
    const forged = [
      await deliver("stripe", `${text} `, right),
      await deliver("stripe", text.slice(1), right),
      await deliver("stripe", text.replace("12", "13"), right),
      await deliver("stripe", text, signed.stripe({ body: text, at, secret: "guessed" })),
      await deliver("template", text, signed.github({ body: text, at })),
    ];
    for (const one of [...refused, ...forged]) expect(one).toEqual(refused[0]);
    expect(refused[0]).toMatchObject({ status: 401 });
    expect(stored()).toEqual([]);
    expect(JSON.stringify(log)).not.toContain(hookSecret);
  });

  it("is too large before anything else is looked at", async () => {
    const { deliver, watched, calls } = world();
    const large = Buffer.alloc(requestLimits.hookBytes + 1, 0x20);
    for (const name of ["stripe", "none"]) expect((await deliver(name, large, {}, {}, watched)).status).toBe(413);
    expect(calls).toEqual([]);
    const most = `{"id":"evt_1","type":"t"}`.padEnd(requestLimits.hookBytes);
    expect((await deliver("stripe", most, signed.stripe({ body: most, at }))).status).toBe(200);
  });
});

describe("while a secret is replaced", () => {
  it("takes both", async () => {
    const { stripe, stored } = world();
    expect((await stripe(paid, { secret: older })).status).toBe(200);
    expect((await stripe({ ...paid, id: "evt_2" })).status).toBe(200);
    expect(stored()).toHaveLength(2);
  });

  it("takes the current one where the previous one is gone, and refuses others without a failure", async () => {
    const { stripe } = world({ "shop/hooks#own": hookSecret });
    expect((await stripe(paid)).status).toBe(200);
    expect((await stripe(paid, { secret: "guessed" })).status).toBe(401);
  });

  it("reads them again for a signature that none of the known has made, as often as it may", async () => {
    const { deliver, ...services } = world();
    const text = JSON.stringify(paid);
    let reads = 0;
    const secrets: HookServices["secrets"] = {
      resolve: async (_reference, { fresh = false } = {}) => {
        if (fresh) reads++;
        return fresh ? hookSecret : "what was known before";
      },
    };
    let left = 1;
    const using = { ...services, secrets, mayReadAgain: () => left-- > 0 } as HookServices;
    expect((await deliver("stripe", text, signed.stripe({ body: text, at }), {}, using)).status).toBe(200);
    for (let i = 0; i < 5; i++)
      expect((await deliver("stripe", text, signed.stripe({ body: text, at, secret: "no" }), {}, using)).status).toBe(
        401,
      );
    expect(reads).toBe(1);
  });
});

describe("the id of a delivery", () => {
  const text = JSON.stringify(paid);
  it("is that of the provider", async () => {
    const { deliver, stored } = world();
    for (const id of ["a-1", "a-1", "a-2"]) await deliver("github", text, signed.github({ body: text, at, id }));
    expect(stored().map(({ input }) => input)).toMatchObject(
      ["a-1", "a-2"].map((delivery) => ({ inline: { body: { delivery, kind: "push" } } })),
    );
  });

  it("may be the hash of the body, so that a copied delivery under another id is no other", async () => {
    const { deliver, stored } = world();
    for (const id of ["a-1", "a-2"]) await deliver("shopify", text, signed.shopify({ body: text, at, id }));
    expect(stored()).toHaveLength(1);
  });

  it("may be very long, or of any characters", async () => {
    const { stripe, stored } = world();
    for (const id of ["x".repeat(5000), `${"x".repeat(5000)}y`, "ü\n\u{1F600}"]) {
      expect((await stripe({ ...paid, id })).text).toBe('{"outcome":"accepted"}');
      expect((await stripe({ ...paid, id })).text).toBe('{"outcome":"duplicate"}');
    }
    expect(stored()).toHaveLength(3);
  });
});

describe("texts that look like expressions", () => {
  const texts = [
    "$Now",
    "$$Now",
    "$Input{id}",
    "$Secret{x}",
    "5 $ and $Now or $Input{a}",
    "$$",
    "$",
    "$Concat([1,2])",
    "$Add(1, 2)",
    "$Nope",
  ];
  it.each(["stripe", "template"])("of a provider are texts: hook %s", async (name) => {
    const { stripe, stored } = world();
    for (const [i, text] of texts.entries())
      expect([text, await stripe({ id: `evt_${i}`, type: text }, {}, name)]).toMatchObject([text, { status: 200 }]);
    const inputs = stored().map(
      ({ input }) => (input as { inline: { body: { data: { type: string } } } }).inline.body.data.type,
    );
    const doubled = texts.map((text) => text.replaceAll("$", "$$$$"));
    expect(inputs.toSorted()).toEqual((name === "stripe" ? texts : doubled).toSorted());
  });
});

describe("what the hook does not take", () => {
  it("is refused for good, and why stands in the log only", async () => {
    const { stripe, stored, log } = world();
    const { status, text } = await stripe({ id: "evt_1", type: 5 });
    expect([status, text]).toEqual([422, '{"error":"The hook does not take this delivery."}']);
    expect(stored()).toEqual([]);
    expect(log.lines.find(({ message }) => message === "a delivery was refused")).toMatchObject({
      level: "warn",
      fields: {
        product: "shop",
        env: "prd",
        hook: "stripe",
        errors: [{ pointer: "/body/type", detail: expect.any(String) }],
      },
    });
    expect((await stripe("[1]")).status).toBe(422);
    expect((await stripe('"text"')).status).toBe(422);
    expect((await stripe("{")).status).toBe(400);
  });

  it("is ignored where a condition does not hold", async () => {
    const { stripe, stored } = world();
    expect(await stripe({ id: "evt_1", type: "ping" })).toMatchObject({ status: 200, text: '{"outcome":"ignored"}' });
    expect(stored()).toEqual([]);
  });
});

describe("handshakes", () => {
  it("of Slack are answered with the challenge, if they are signed", async () => {
    const { deliver, stored } = world();
    const text = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1aB", token: "t" });
    expect(await deliver("slack", text, signed.slack({ body: text, at }))).toMatchObject({
      status: 200,
      text: "3eZbrw1aB",
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    });
    expect((await deliver("slack", text, signed.slack({ body: text, at, secret: "no" }))).status).toBe(401);
    expect(stored()).toEqual([]);
  });

  it("of GitHub make no job", async () => {
    const { deliver, stored } = world();
    const headers = { ...signed.github({ body: "{}", at }), "x-github-event": "ping" };
    expect((await deliver("github", "{}", headers)).status).toBe(200);
    expect(stored()).toEqual([]);
  });
});

it("answers Slack with nothing, which people would see, and reads forms", async () => {
  const { deliver, stored } = world();
  const send = (text: string) =>
    deliver("slack", text, {
      ...signed.slack({ body: text, at }),
      "content-type": "application/x-www-form-urlencoded",
    });
  expect(await send("command=%2Fship&text=a+b&trigger_id=t1&x=1&x=2")).toMatchObject({ status: 200, text: "" });
  expect(
    await send(`payload=${encodeURIComponent(JSON.stringify({ type: "block_actions", trigger_id: "t2" }))}`),
  ).toMatchObject({
    status: 200,
  });
  expect(stored().map(({ input }) => input)).toMatchObject([
    { inline: { body: { data: { command: "/ship", text: "a b", x: ["1", "2"] }, delivery: "t1" } } },
    { inline: { body: { data: { type: "block_actions" }, delivery: "t2" } } },
  ]);
});

it.each([100, 5000, 20_000])("refuses a body of %i levels, which no job may have", async (levels) => {
  const { deliver } = world();
  const text = `{"id":"evt_1","type":"t","n":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  expect((await deliver("stripe", text, signed.stripe({ body: text, at }))).status).toBe(422);
});

it("keeps numbers that JavaScript would round as their digits, and passes on no credentials", async () => {
  const { deliver, stored } = world();
  const text = '{"id":"evt_1","type":"t","n":12345678901234567890}';
  const headers = { ...signed.stripe({ body: text, at }), authorization: "Bearer x", cookie: "a=b" };
  expect((await deliver("stripe", text, headers)).status).toBe(200);
  expect(JSON.stringify(stored())).toContain('"n":"12345678901234567890"');
});

describe("signals", () => {
  const send = (deliver: ReturnType<typeof world>["deliver"], value: object, id = "msg_1") => {
    const text = JSON.stringify(value);
    return deliver("paid", text, signed["standard-webhooks"]({ body: text, at, id }));
  };

  it("are sent once however often a delivery comes", async () => {
    const { deliver, signals, stored } = world();
    for (let i = 0; i < 3; i++) expect((await send(deliver, { order: "order-1", amount: 12 })).status).toBe(200);
    const address = { product: "shop", env: "prd", signal: "paid", to: { key: "order-1" } };
    const first = await signals.first(address, 0, () => true);
    expect(first).toMatchObject({ id: "hook:paid:msg_1", payload: { amount: 12 } });
    const next = await signals.first(address, 0, ({ id }) => id !== first?.id);
    expect(next).toBeUndefined();
    expect(stored()).toEqual([]);
  });

  it.each([
    ["a payload that the signal does not take", { order: "order-1", amount: "12" }],
    ["no key", { amount: 12 }],
    ["a key that is no text", { order: {}, amount: 12 }],
  ])("are refused for good: %s", async (_what, value) => {
    const { deliver } = world();
    expect((await send(deliver, value)).status).toBe(422);
  });
});

describe("failures", () => {
  it("that pass are 503, and the next attempt of the provider is taken", async () => {
    const { deliver, ...services } = world();
    const text = JSON.stringify(paid);
    const failing = {
      ...services,
      mayReadAgain: () => false,
      jobs: { ...services.jobs, create: () => Promise.reject(new TransientError("ThrottlingException", "later")) },
    } as HookServices;
    const headers = signed.stripe({ body: text, at });
    expect(await deliver("stripe", text, headers, {}, failing)).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
    expect(await deliver("stripe", text, headers)).toMatchObject({ status: 200, text: '{"outcome":"accepted"}' });
  });

  it("of a secret that is missing are ours: 500, and the log says which", async () => {
    const { stripe, log } = world();
    const { status, text } = await stripe(paid, {}, "lost");
    expect(status).toBe(500);
    expect(text).not.toContain("shop/none");
    expect(JSON.stringify(log.lines)).toContain("shop/none");
  });
});
