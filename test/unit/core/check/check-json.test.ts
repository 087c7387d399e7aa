import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";

/** A product that has a value at each place where a catalog may have any. */
const places: Record<string, (value: unknown) => { place: string; change: object }> = {
  "the defaults of an action": (value) => ({
    place: "/apps/api/actions/send/defaults/body/value",
    change: { apps: { api: { ...api, actions: { send: { ...send, defaults: { body: { value } } } } } } },
  }),
  "the input of a step": (value) => ofStep("/input/body/value", { input: { body: { value } } }),
  "the input of an undo": (value) =>
    ofStep("/undo/input/body/value", { input: {}, undo: { event: "send", input: { body: { value } } } }),
  "the items of a step": (value) => ofStep("/for_each/items/0/value", { for_each: { items: [{ value }] } }),
  "what a condition compares": (value) => ofStep("/if/equals/value", { if: { value: "$Input{a}", equals: { value } } }),
  "what a condition of a hook compares": (value) => ({
    place: "/hooks/paid/when/equals/value",
    change: { hooks: { paid: { ...hook, when: { value: "$Hook{body}{a}", equals: { value } } } } },
  }),
  "the output of a feature": (value) => ({
    place: "/features/all/output/value",
    change: { features: { all: { sequences: { main: [{ event: "send" }] }, output: { value } } } },
  }),
  "the input of a schedule": (value) => ({
    place: "/schedules/hourly/input/body/value",
    change: { schedules: { hourly: { event: "send", env: "dev", every: 3_600_000, input: { body: { value } } } } },
  }),
  "a constant": (value) => ({ place: "/constants/one/value", change: { constants: { one: { value } } } }),
};

const hook = {
  verify: { preset: "stripe" },
  envs: { dev: { secret: secret("shop/stripe") } },
  to: { event: "send", input: {} },
};
const send = { method: "POST", path: "/send" };
const api = { envs: { dev: { base_url: "https://api.example.com" } }, actions: { send } };
const shop = {
  tag: "shop",
  envs: ["dev"],
  jobs: { send: { type: "action", app: "api", action: "send" }, all: { type: "feature", feature: "all" } },
  apps: { api },
  features: { all: { sequences: { main: [{ event: "send" }] } } },
};
const ofStep = (place: string, step: object) => ({
  place: `/features/all/sequences/main/0${place}`,
  change: { features: { all: { sequences: { main: [{ event: "send", ...step }] } } } },
});

const faultsWith = (change: object) =>
  checkCatalog([{ ...shop, ...change }], registry).map(({ pointer, detail }) => `${pointer} ${detail}`);

const circle: Record<string, unknown> = {};
circle.self = circle;
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe.each(Object.keys(places))("%s", (name) => {
  const { place, change: plain } = places[name]?.({ a: [1, null, "", -0, {}] }) ?? {};

  it("may be any JSON value", () => {
    expect(faultsWith(plain as object)).toEqual([]);
  });

  it.each([
    ["a Date", new Date(0), "is a Date: write date.toISOString()"],
    ["NaN", Number.NaN, "is NaN"],
    ["a BigInt", 1n, "is a BigInt: write its digits as a string"],
    ["a function", () => 1, "is a function"],
    ["a Map", new Map(), "is a Map"],
  ])("may not be %s", (_what, value, why) => {
    const { change } = places[name]?.(value) ?? {};
    expect(faultsWith(change as object)).toEqual([
      expect.stringMatching(`^/shop${place} must be a JSON value, and ${why}`),
    ]);
  });

  it.each([
    ["contains itself", circle, "is a reference to what contains it"],
    ["is nested very deep", nested(5000), "is nested deeper than 80 levels"],
  ])("may be nothing that %s", (_what, value, why) => {
    const { change } = places[name]?.(value) ?? {};
    expect(faultsWith(change as object)).toEqual([expect.stringContaining(why)]);
  });

  it("may be no reference, whose value nothing would put in", () => {
    const { change } = places[name]?.(secret("shop/api#key")) ?? {};
    expect(faultsWith(change as object)).toEqual([expect.stringMatching(`^/shop${place} is a reference`)]);
  });
});

describe("the input of a step", () => {
  const stepFaults = (value: unknown) => faultsWith(ofStep("", { input: { body: { value } } }).change);

  it("is refused with a number that a request would be refused with", () => {
    expect(stepFaults(2 ** 60)).toEqual([expect.stringContaining("body/value is a whole number beyond 2^53")]);
  });

  it("may be nested as deep as that of a request", () => {
    // The request, its input and its body are three levels.
    expect(stepFaults(nested(61))).toEqual([]);
    expect(stepFaults(nested(62))).toEqual([expect.stringContaining("/input is nested deeper than 64 levels")]);
  });
});

it("is no condition whose only comparison is left undefined", () => {
  const { change } = ofStep("", { if: { value: "$Input{a}", equals: undefined } });
  expect(faultsWith(change)).toEqual([expect.stringContaining("/if compares with nothing")]);
});
