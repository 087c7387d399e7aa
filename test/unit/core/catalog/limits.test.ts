import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { action } from "../../../support/catalog/action.ts";

const create = { type: "action", app: "shop", action: "create_order" };
const faults = (limits: unknown, event: object = {}, more: object = {}) =>
  checkCatalog(
    [
      {
        tag: "shop",
        envs: ["dev", "prd"],
        apps: action.apps,
        limits,
        ...more,
        jobs: { create: { ...create, ...event } },
      },
    ],
    registry,
  );
const slots = { concurrency: 1 };
const keyed = (key: string) => ({ mailbox: { key, ...slots } });

it("a catalog may have limits and events that name them", () => {
  const limits = {
    all: slots,
    mailbox: { key: "$Input{body}{to}", rate: { limit: 100, period: "1m", burst: 20 }, description: "as agreed" },
    tier: { key: "$Variable{tier}-$Input{body}{n}", concurrency: 1000, rate: { limit: 1, period: 1000 } },
  };
  const variables = { dev: { tier: "a" }, prd: { tier: "b" } };
  expect(faults(limits, { limits: ["all", "mailbox", "tier"], priority: -60 }, { variables })).toEqual([]);
});

it.each<[unknown, string, RegExp]>([
  [{ a: {} }, "/shop/limits/a", /needs a `concurrency`, a `rate` or both/],
  [{ a: { concurrency: 0 } }, "/shop/limits/a/concurrency", /at least 1/],
  [{ a: { concurrency: 1001 } }, "/shop/limits/a/concurrency", /at most 1000/],
  [{ a: { concurrency: 1.5 } }, "/shop/limits/a/concurrency", /whole number/],
  [{ a: { rate: { limit: 0, period: "1m" } } }, "/shop/limits/a/rate/limit", /at least 1/],
  [{ a: { rate: { limit: 1 } } }, "/shop/limits/a/rate/period", /required/],
  [{ a: { rate: { limit: 1, period: "1w" } } }, "/shop/limits/a/rate/period", /duration/],
  [{ a: { rate: { limit: 1, period: 999 } } }, "/shop/limits/a/rate/period", /1 s to 1 day/],
  [{ a: { rate: { limit: 1, period: "25h" } } }, "/shop/limits/a/rate/period", /1 s to 1 day/],
  [{ a: { rate: { limit: 1, period: "1m", burst: 0 } } }, "/shop/limits/a/rate/burst", /at least 1/],
  [{ a: { ...slots, concurency: 1 } }, "/shop/limits/a/concurency", /Did you mean "concurrency"/],
  [keyed("everybody"), "/shop/limits/mailbox/key", /refers to no \$Input/],
  [keyed("$Input"), "/shop/limits/mailbox/key", /as a whole/],
  [keyed("$Input{a"), "/shop/limits/mailbox/key", /at \d/],
  [keyed("$Inptu{a}"), "/shop/limits/mailbox/key", /Did you mean "Input"/],
  [keyed("$Sequence{main}{a}{b}"), "/shop/limits/mailbox/key", /not known when a job is requested/],
  [keyed("$Input{a}-$Now"), "/shop/limits/mailbox/key", /not known when a job is requested/],
  [keyed("$Size($Input{a})"), "/shop/limits/mailbox/key", /a key takes only/],
  [keyed("$Input{a}-$Constant{b}"), "/shop/limits/mailbox/key", /no such constant/],
])("the catalog's check refuses %j at %s", (limits, pointer, detail) => {
  expect(faults(limits)).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
});

it.each<[object, string, RegExp]>([
  [{ limits: ["mailbx"] }, "/shop/jobs/create/limits/0", /no such limit. Did you mean "mailbox"/],
  [{ limits: ["mailbox", "mailbox"] }, "/shop/jobs/create/limits/1", /same limit twice/],
  [{ limits: Array(5).fill("mailbox") }, "/shop/jobs/create/limits", /at most 4/],
  [{ priority: 3601 }, "/shop/jobs/create/priority", /at most 3600/],
])("the catalog's check refuses an event with %j at %s", (event, pointer, detail) => {
  const found = faults(keyed("$Input{body}{to}"), event);
  expect(found[0]).toEqual({ pointer, detail: expect.stringMatching(detail) });
});

it("the catalog's check refuses limits of a feature", () => {
  const feature = {
    jobs: { create, order: { type: "feature", feature: "order", limits: ["all"] } },
    features: { order: { sequences: { main: [{ event: "create", input: {} }] } } },
  };
  const product = { tag: "shop", envs: ["dev", "prd"], apps: action.apps, limits: { all: slots }, ...feature };
  expect(checkCatalog([product], registry)).toEqual([
    { pointer: "/shop/jobs/order/limits", detail: expect.stringMatching(/limit the events of the steps/) },
  ]);
});
