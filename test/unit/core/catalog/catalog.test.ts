import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { parameter, referenceName, referencesIn, secret } from "../../../../lambdas/core/catalog/references.ts";
import { endpointsOf } from "../../../../lambdas/core/catalog/webhook.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { products } from "../../../support/catalog/products.ts";

const shop = {
  tag: "shop",
  envs: ["dev", "prd"],
  jobs: { ping: { type: "action", app: "api", action: "ping" } },
  apps: {
    api: {
      envs: { dev: { base_url: "http://127.0.0.1" }, prd: { base_url: parameter("/shop/url") } },
      actions: { ping: { method: "GET", path: "/ping" } },
    },
  },
};
const check = (...products: unknown[]) => checkCatalog(products, registry);

describe("checkCatalog", () => {
  it("passes the products of the tests", () => {
    expect(check(...products)).toEqual([]);
  });

  it.each([
    ["does not exist", { apps: {} }],
    ["has a fault", { apps: { api: { ...shop.apps.api, actions: undefined } } }],
  ])("says what is wrong, and no more, where steps and schedules run an event whose target %s", (_what, broken) => {
    const input = { name: "ada" };
    const faults = check({
      ...shop,
      ...broken,
      jobs: { ...shop.jobs, all: { type: "feature", feature: "all" } },
      features: {
        all: { sequences: { main: [{ event: "ping", input, undo: { event: "ping", input } }] } },
      },
      schedules: { hourly: { event: "ping", env: "dev", every: 3_600_000, input } },
    });
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      expect.stringMatching(/^\/shop\/(jobs\/ping\/app|apps\/api\/actions)$/),
    ]);
  });

  it("takes JSON pointers to what an event hides, with * for any item", () => {
    const redact = ["", "/card", "/items/*/card", "/a~1b/m~0n", "/"];
    expect(check({ ...shop, jobs: { ping: { ...shop.jobs.ping, redact } } })).toEqual([]);
  });

  it("says which pointer to hide is invalid, and how many there may be", () => {
    const redact = ["/card", "card", "/a~2", "/~", `/${"x".repeat(256)}`, 7];
    const faults = check({ ...shop, jobs: { ping: { ...shop.jobs.ping, redact } } });
    expect(faults.map(({ pointer }) => pointer)).toEqual([1, 2, 3, 4, 5].map((i) => `/shop/jobs/ping/redact/${i}`));
    expect(faults[0]?.detail).toContain('such as "/body/card"');
    const many = Array.from({ length: 51 }, (_, i) => `/${i}`);
    const tooMany = check({ ...shop, jobs: { ping: { ...shop.jobs.ping, redact: many } } });
    expect(tooMany.map(({ pointer }) => pointer)).toEqual(["/shop/jobs/ping/redact"]);
  });

  it("passes a product", () => {
    expect(check(shop)).toEqual([]);
  });

  it.each([
    [
      "an event of an unknown app",
      { jobs: { ping: { type: "action", app: "ap", action: "ping" } } },
      "/shop/jobs/ping/app",
    ],
    [
      "an event of an unknown action",
      { jobs: { ping: { type: "action", app: "api", action: "pin" } } },
      "/shop/jobs/ping/action",
    ],
    ["an unknown type", { jobs: { ping: { type: "acton", app: "api", action: "ping" } } }, "/shop/jobs/ping/type"],
    ["an unknown section", { appps: {} }, "/shop/appps"],
    ["no env", { envs: [] }, "/shop/envs"],
    ["an env that an app says nothing about", { envs: ["dev", "prd", "stg"] }, "/shop/apps/api/envs"],
    ["an env that the product does not have", { envs: ["dev"] }, "/shop/apps/api/envs/prd"],
    [
      "a timeout beyond the type's",
      { jobs: { ping: { ...shop.jobs.ping, timeout_ms: 10_000_000 } } },
      "/shop/jobs/ping/timeout_ms",
    ],
    ["a tag with a character of its own", { tag: "sh#op" }, "/sh#op/tag"],
  ])("finds %s", (_what, change, pointer) => {
    expect(check({ ...shop, ...change }).map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it("finds every fault of every product at once, with the nearest name", () => {
    const faults = check(
      { ...shop, envs: ["dev"] },
      { ...shop, tag: "b", jobs: { ping: { type: "action", app: "apii", action: "ping" } } },
    );
    expect(faults.map((fault) => fault.pointer)).toEqual(["/shop/apps/api/envs/prd", "/b/jobs/ping/app"]);
    expect(faults[1]?.detail).toMatch(/Did you mean "api"/);
  });

  it.each([
    ["retries out of bounds", { retries: 21 }, ["/shop/jobs/ping/retries"]],
    ["a field that it does not know", { retrys: 2 }, ["/shop/jobs/ping/retrys"]],
    ["neither a timeout nor an app that is one", { timeout_ms: "1s", app: "ap" }, ["/shop/jobs/ping/timeout_ms"]],
  ])("finds an unknown name in an event that has %s", (_what, more, pointers) => {
    const ping = { ...shop.jobs.ping, action: "pin", ...more };
    const last = "app" in more ? "/shop/jobs/ping/app" : "/shop/jobs/ping/action";
    expect(check({ ...shop, jobs: { ping } }).map((fault) => fault.pointer)).toEqual([...pointers, last]);
  });

  it("finds each fault beside an invalid entry", () => {
    const faults = check({
      ...shop,
      appps: {},
      jobs: { ping: { ...shop.jobs.ping, action: "pin" }, bad: { type: "acton" }, worse: 7 },
      apps: { ...shop.apps, other: { envs: { dev: { base_url: "http://127.0.0.1" } }, actions: {} } },
    });
    expect(faults.map((fault) => fault.pointer).sort()).toEqual([
      "/shop/appps",
      "/shop/apps/other/envs",
      "/shop/jobs/bad/type",
      "/shop/jobs/ping/action",
      "/shop/jobs/worse",
    ]);
  });

  it("does not take an invalid name for an unknown one", () => {
    const broken = { ...shop.apps.api, actions: { ping: { method: "FETCH", path: "/ping" } } };
    const features = { all: { sequences: { main: [{ event: "ping" }, { event: "pong" }] } } };
    expect(check({ ...shop, apps: { api: broken } }).map((fault) => fault.pointer)).toEqual([
      "/shop/apps/api/actions/ping/method",
    ]);
    expect(check({ ...shop, apps: { api: 7 } }).map((fault) => fault.pointer)).toEqual(["/shop/apps/api"]);
    const jobs = { ping: shop.jobs.ping, pong: { ...shop.jobs.ping, type: "acton" } };
    expect(check({ ...shop, jobs, features }).map((fault) => fault.pointer)).toEqual(["/shop/jobs/pong/type"]);
    const steps = [
      { event: "ping", step: "a b" },
      { event: "ping", step: "c", depends_on: ["a b"] },
    ];
    expect(check({ ...shop, features: { all: { sequences: { main: steps } } } }).map((fault) => fault.pointer)).toEqual(
      ["/shop/features/all/sequences/main/0/step"],
    );
  });

  it("finds a tag that is used twice, and values that are no products", () => {
    expect(check(shop, shop).map((fault) => fault.pointer)).toEqual(["/shop/tag"]);
    expect(check(undefined, 7)).toHaveLength(2);
  });
});

describe("webhooks in the catalog", () => {
  const hook = { url: "https://shop.example/hook", secret: secret("shop/hook#key") };
  const withHooks = (webhooks: object) => check({ ...shop, webhooks });

  it("may name envs and events, and get the final events by default", () => {
    const webhooks = {
      orders: { envs: { prd: { ...hook, previous_secret: secret("shop/hook#old") } } },
      starts: { events: ["started"], envs: { dev: { ...hook, url: parameter("/shop/hook") }, prd: hook } },
    };
    expect(withHooks(webhooks)).toEqual([]);
    const endpoints = endpointsOf([{ ...shop, webhooks } as unknown as Product]);
    expect(endpoints.map(({ webhook, env, events }) => [webhook, env, events])).toEqual([
      ["orders", "prd", ["completed", "failed", "cancelled"]],
      ["starts", "dev", ["started"]],
      ["starts", "prd", ["started"]],
    ]);
  });

  it.each([
    ["an unknown env", { envs: { prod: hook } }, "/envs/prod"],
    ["an unknown event", { events: ["complete"], envs: { prd: hook } }, "/events/0"],
    ["no event at all", { events: [], envs: { prd: hook } }, "/events"],
    ["plain HTTP", { envs: { prd: { ...hook, url: "http://shop.example" } } }, "/envs/prd/url"],
    ["plain HTTP even to this machine", { envs: { prd: { ...hook, url: "http://127.0.0.1/" } } }, "/envs/prd/url"],
    ["credentials in the URL", { envs: { prd: { ...hook, url: "https://u:p@shop.example" } } }, "/envs/prd/url"],
    ["a secret that is written out", { envs: { prd: { ...hook, secret: "whsec_c2VjcmV0" } } }, "/envs/prd/secret"],
    ["a field of its own", { envs: { prd: { ...hook, uri: "x" } } }, "/envs/prd/uri"],
  ])("are refused with %s", (_what, webhook, pointer) => {
    const faults = withHooks({ orders: webhook });
    expect(faults.map((fault) => fault.pointer)).toEqual([`/shop/webhooks/orders${pointer}`]);
    expect(JSON.stringify(faults)).not.toContain("c2VjcmV0");
  });
});

describe("references", () => {
  it("are found at any depth and named without a value", () => {
    const found = referencesIn({ a: [{ b: secret("x#y") }], c: parameter("/p"), d: "text" });
    expect(found.map(referenceName)).toEqual(['secret("x#y")', 'parameter("/p")']);
  });
});
