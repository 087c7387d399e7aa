import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";

const shop = (steps: unknown[]): Product => ({
  tag: "shop",
  envs: ["dev", "prd"],
  jobs: {
    charge: { type: "action", app: "bank", action: "charge" },
    tell: { type: "notification", notification: "customers" },
    price: { type: "function", function: "pricing" },
    store: { type: "storage", storage: "files" },
    record: { type: "database_action", database: "orders", action: "create" },
    all: { type: "feature", feature: "all" },
    part: { type: "feature", feature: "part" },
  },
  apps: {
    bank: {
      envs: { dev: { base_url: "http://127.0.0.1" }, prd: { base_url: "http://127.0.0.1" } },
      actions: { charge: { method: "POST", path: "/charges" } },
    },
  },
  notifications: {
    customers: {
      envs: {
        dev: { callback: { url: "https://x.example" }, push: { provider: "expo" } },
        prd: { push: { provider: "expo" } },
      },
      messages: { plain: {}, receipt: { push_notification: { title: "{{user.name}}", body: "Hi" } } },
    },
  },
  functions: {
    pricing: {
      envs: { dev: { provider: "http", url: "http://127.0.0.1" }, prd: { provider: "http", url: "http://127.0.0.1" } },
    },
  },
  storages: { files: { envs: { dev: { provider: "s3", bucket: "b" }, prd: { provider: "s3", bucket: "b" } } } },
  databases: {
    orders: {
      engine: "postgres",
      envs: { dev: { connection: secret("orders#url") }, prd: { connection: secret("orders#url") } },
      actions: {
        create: { operation: "create", statement: "INSERT INTO orders VALUES ({{id:uuid}}, {{total:float:0}})" },
      },
    },
  },
  features: {
    all: { sequences: { main: steps } },
    part: { input: { total: { type: "number" } }, sequences: { main: [{ event: "charge" }] } },
  },
});

const faultsOf = (...steps: unknown[]) =>
  checkCatalog([shop(steps)], registry).map(({ pointer }) =>
    pointer.replace("/shop/features/all/sequences/main/0/", ""),
  );
const text = { en: "hi" };

describe("a step in the catalog is refused for", () => {
  it.each([
    ["an unknown field", { event: "charge", input: { bdy: { a: 1 } } }, ["input/bdy"]],
    ["one by expression", { event: "charge", input: { bdy: "$Input{body}" } }, ["input/bdy"]],
    ["a field of another type", { event: "charge", input: { body: { a: "$Input{a}" }, params: [] } }, ["input/params"]],
    [
      "no field that is required",
      { event: "tell", input: { slug: "plain", push_notification: { device_token: "t", title: "Hi" } } },
      ["input/push_notification/body"],
    ],
    [
      "a variable that no template can write",
      {
        event: "tell",
        input: { slug: "receipt", push_notification: { device_token: "t", title: { user: { name: [] } } } },
      },
      ["input/push_notification/title/user/name"],
    ],
    ["an app of another event", { event: "charge", app: "shop" }, ["app"]],
    ["a timeout beyond its type's", { event: "charge", timeout_ms: 120_001 }, ["timeout_ms"]],
    [
      "both at once",
      { event: "charge", timeout_ms: 120_001, app: "shop", input: { bdy: 1 } },
      ["timeout_ms", "input/bdy", "app"],
    ],
    [
      "an unknown message",
      {
        event: "tell",
        input: { slug: "plan", push_notification: { title: text, body: "$Input{body}", device_token: "t" } },
      },
      ["input/slug"],
    ],
    [
      "a channel that an env does not have",
      { event: "tell", input: { slug: "plain", callback: { body: { id: "$Input{id}" } } } },
      ["input/callback"],
    ],
    ["no channel", { event: "tell", input: { slug: "plain", locale: "$Input{locale}" } }, ["input"]],
    ["neither a file nor an upload", { event: "store", input: { fileName: "$Input{name}" } }, ["input"]],
    [
      "a value that does not fit",
      { event: "record", input: { data: { id: "$Input{id}", total: -1 } } },
      ["input/data/total"],
    ],
    ["no value", { event: "record", input: { data: { id: "$Input{id}" } } }, ["input/data/total"]],
    [
      "what a feature does not take",
      { event: "part", input: { totl: "$Input{total}", total: "5" } },
      ["input/totl", "input/total"],
    ],
  ])("%s", (_what, step, pointers) => {
    expect(faultsOf(step)).toEqual(pointers);
  });
});

describe("a step passes if its expressions may have values that its event accepts:", () => {
  it.each([
    ["of any type", { event: "part", input: { total: "$Input{total}" } }],
    [
      "whole objects",
      { event: "charge", input: { body: "$Input{body}", params: "$Input{params}", query: "$Input{query}" } },
    ],
    [
      "what is checked when it is requested",
      { event: "record", input: { data: { id: "$Input{id}", total: "$Input{total}" } } },
    ],
    ["all data at once", { event: "record", input: { data: "$Input{data}" } }],
    [
      "one of two, whichever is there",
      { event: "store", input: { buffer: "$Input{buffer}", upload_id: "$Input{upload}", fileName: "f" } },
    ],
    [
      "a list with some of them",
      {
        event: "tell",
        input: { slug: "plain", push_notification: { title: text, body: text, device_tokens: ["t", "$Input{token}"] } },
      },
    ],
    ["a message by expression", { event: "tell", input: { slug: "$Input{slug}", push_notification: "$Input{push}" } }],
    ["nothing", { event: "charge", app: "bank", timeout_ms: 120_000 }],
    ["no payload", { event: "price" }],
    [
      "a list as a body, and lists and objects deep in a query",
      { event: "charge", input: { body: ["$Input{a}"], query: { a: { b: ["$Input{c}"] } } } },
    ],
    ...[
      "$Input{vars}",
      { user: "$Input{user}" },
      { user: { name: "$Input{name}" } },
      { "user.name": "$Input{name}" },
    ].map((title): [string, unknown] => [
      `variables of a template: ${JSON.stringify(title)}`,
      { event: "tell", input: { slug: "receipt", push_notification: { device_token: "t", title } } },
    ]),
  ])("%s", (_what, step) => {
    expect(faultsOf(step)).toEqual([]);
  });
});

describe("a step in Ductape's spellings", () => {
  it.each([
    ["target:action", { event: "bank:charge", input: { "body:sku": "$Input{sku}" } }],
    ["the name of an action of the app", { event: "charge", app: "bank", input: { amount: "$Input{total}" } }],
    [
      "notification:message",
      {
        event: "customers:plain",
        input: { push_notification: { title: text, body: text, device_token: "$Input{d}" } },
      },
    ],
    ["db_tag:action_tag", { event: "orders:create", input: { data: { id: "$Input{id}", total: 1 }, query: {} } }],
    ["blob", { event: "store", input: { blob: "$Input{file}", fileName: "a.txt", mimeType: "" } }],
  ])("passes with %s", (_what, step) => {
    expect(faultsOf(step)).toEqual([]);
  });

  it.each([
    ["a message that is none", { event: "customers:plan", input: {} }, ["event", "event"]],
    ["a fault of a renamed field", { event: "store", input: { blob: 5, fileName: "a.txt" } }, ["input/blob"]],
    ["a faulty prefixed field", { event: "bank:charge", input: { "headers:Host": "x" } }, ["input/headers:Host"]],
  ])("has its fault at its spelling: %s", (_what, step, pointers) => {
    expect(faultsOf(step)).toEqual(pointers);
  });
});

it("the tag of a step's event may be two tags with a colon", () => {
  const product = shop([{ event: "orders:make" }, { event: "charge", depends_on: ["orders:make"] }]);
  const jobs = { ...product.jobs, "orders:make": { type: "action", app: "bank", action: "charge" } as const };
  expect(checkCatalog([{ ...product, jobs }], registry)).toEqual([]);
  const faults = checkCatalog([{ ...product, jobs: { ...jobs, "a:b:c": jobs["orders:make"] } }], registry);
  expect(faults.map(({ pointer }) => pointer)).toEqual(["/shop/jobs/a:b:c"]);
});
