import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";

const envs = { dev: { base_url: "https://a.example" } };
const post = { method: "POST", path: "/messages" };
const app = { envs, actions: { send: post, ping: { method: "GET", path: "/ping" } } };

/** The faults of a product whose event calls action `send` of an app that is a group. */
const faults = (group: unknown, more: Record<string, unknown> = {}, jobs: Record<string, unknown> = {}) =>
  checkCatalog(
    [
      {
        tag: "shop",
        envs: ["dev"],
        jobs: { notify: { type: "action", app: "any", action: "send" }, ...jobs },
        apps: { a: app, b: app, spare: app, any: group, ...more },
      },
    ],
    registry,
  );

test.each([
  { fallback: ["a", { use: "b" }] },
  { fallback: ["a"], on: ["TIMEOUT", "SERVICE_UNAVAILABLE"], timeout_ms: 2000 },
  {
    quota: [
      { use: "a", weight: 70 },
      { use: "b", weight: 0 },
    ],
  },
  { fallback: [{ use: "a", healthcheck: { tcp: "a.example:443", every: "10s" } }, "b"] },
  { fallback: [{ use: "a", healthcheck: { tcp: { dev: "[::1]:443" } } }, "b"] },
  { fallback: [{ use: "a", healthcheck: { action: "ping" } }, "b"] },
])("the catalog's check accepts the group %j", (group) => {
  expect(faults(group)).toEqual([]);
});

test.each<[string, unknown, { pointer: string; detail: string }]>([
  [
    "an unknown member",
    { fallback: ["a", "spar"] },
    { pointer: "/fallback/1", detail: 'apps has no such entry. Did you mean "spare"?' },
  ],
  [
    "an unknown member with options",
    { fallback: [{ use: "z9" }] },
    { pointer: "/fallback/0/use", detail: "apps has no such entry." },
  ],
  [
    "a member twice",
    { fallback: ["a", { use: "a" }] },
    { pointer: "/fallback/1/use", detail: "is in the list already." },
  ],
  [
    "a group of groups",
    { fallback: ["a", "any"] },
    { pointer: "/fallback/1", detail: "is a group itself: name the entries that it stands for." },
  ],
  ["no member", { fallback: [] }, { pointer: "/fallback", detail: expect.any(String) }],
  [
    "weights that sum to nothing",
    { quota: [{ use: "a", weight: 0 }] },
    { pointer: "/quota", detail: "must have a weight above 0" },
  ],
  [
    "a negative weight",
    { quota: [{ use: "a", weight: -1 }] },
    { pointer: "/quota/0/weight", detail: expect.any(String) },
  ],
  ["no weight", { quota: [{ use: "a" }] }, { pointer: "/quota/0/weight", detail: expect.any(String) }],
  [
    "an unknown code",
    { fallback: ["a"], on: ["TIMEOT"] },
    { pointer: "/on/0", detail: 'is no error code after which another target can be tried. Did you mean "TIMEOUT"?' },
  ],
  [
    "both lists",
    { fallback: ["a"], quota: [{ use: "a", weight: 1 }] },
    { pointer: "/fallback", detail: expect.stringContaining("unknown field") },
  ],
  [
    "an unknown field",
    { fallback: ["a"], timeout: 5 },
    { pointer: "/timeout", detail: 'unknown field. Did you mean "timeout_ms"?' },
  ],
  [
    "a healthcheck without a port",
    { fallback: [{ use: "a", healthcheck: { tcp: "a.example" } }] },
    { pointer: "/fallback/0/healthcheck/tcp", detail: "must be host:port, with a port from 1 to 65535" },
  ],
  ["a list that is none", { fallback: "a" }, { pointer: "/fallback", detail: expect.any(String) }],
  [
    "a healthcheck by an action that writes",
    { fallback: [{ use: "a", healthcheck: { action: "send" } }] },
    { pointer: "/fallback/0/healthcheck", detail: "action send does more than read: name one that only reads." },
  ],
  [
    "a healthcheck by an unknown action",
    { fallback: [{ use: "a", healthcheck: { action: "pin" } }] },
    { pointer: "/fallback/0/healthcheck", detail: 'app a has no such action. Did you mean "ping"?' },
  ],
  [
    "a healthcheck of an unknown env",
    { fallback: [{ use: "a", healthcheck: { tcp: { prd: "a:1" } } }] },
    { pointer: "/fallback/0/healthcheck", detail: 'the product has no env "prd".' },
  ],
])("the catalog's check refuses a group with %s", (_, group, { pointer, detail }) => {
  expect(faults(group)).toEqual([{ pointer: `/shop/apps/any${pointer}`, detail }]);
});

test("the catalog's check finds an action that a member of a group lacks", () => {
  const silent = { envs, actions: { send_all: post } };
  expect(faults({ fallback: ["a", "silent"] }, { silent })).toEqual([
    { pointer: "/shop/jobs/notify/action", detail: 'app silent has no such action. Did you mean "send_all"?' },
  ]);
});

test("the catalog's check finds a member without settings for an env, once", () => {
  expect(faults({ fallback: ["a", "c"] }, { c: { ...app, envs: {} } })).toEqual([
    { pointer: "/shop/apps/c/envs", detail: 'has no settings for the product\'s env "dev".' },
  ]);
});

test("the catalog's check reports the faults of other entries as before", () => {
  expect(faults({ fallback: ["a"] }, { c: { ...app, actions: { ...app.actions, x: { method: "POST" } } } })).toEqual([
    { pointer: "/shop/apps/c/actions/x/path", detail: expect.any(String) },
  ]);
});

test("a feature cannot be a group", () => {
  const found = checkCatalog(
    [{ tag: "shop", envs: ["dev"], jobs: {}, features: { f: { fallback: ["g"] } } }],
    registry,
  );
  expect(found.map(({ pointer }) => pointer)).toContain("/shop/features/f/fallback");
});

test("a type without actions takes healthchecks by TCP only", () => {
  const place = { envs: { dev: { provider: "http", url: "https://f.example" } } };
  const found = checkCatalog(
    [
      {
        tag: "shop",
        envs: ["dev"],
        jobs: { call: { type: "function", function: "any" } },
        functions: { f: place, any: { fallback: [{ use: "f", healthcheck: { action: "ping" } }] } },
      },
    ],
    registry,
  );
  expect(found).toEqual([
    { pointer: "/shop/functions/any/fallback/0/healthcheck", detail: "functions have no actions: use tcp." },
  ]);
});
