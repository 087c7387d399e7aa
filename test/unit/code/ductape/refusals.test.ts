import type { DuctapeContext, Untyped } from "../../../../lambdas/code/ductape/context.ts";
import { features } from "../../../../lambdas/code/ductape/define.ts";
import { instead, values } from "../../../../lambdas/code/ductape/not-here.ts";
import { testFeature } from "../../../../lambdas/code/test-feature/test-feature.ts";

const handler = async () => 1;
const failed = async (run: (ctx: Untyped) => unknown) =>
  (await testFeature(features.define({ tag: "t", handler: async (ctx) => run(ctx) }), { events: { go: () => 1 } }))
    .error;

describe("what is not here", () => {
  it.each(Object.keys(instead))("ctx.%s is refused by its name, with what to do", async (path) => {
    const [name = "", member = "anything"] = path.split(".");
    const isCall = path === "token";
    const error = await failed((ctx) =>
      values.includes(path) ? ctx[path] : isCall ? ctx.token("key") : ctx[name][member]({}),
    );
    expect(error).toMatchObject({ code: "NOT_HERE", name: "NotHereError" });
    const called = values.includes(path) || isCall ? path : `${name}.${member}`;
    expect(error.message).toBe(`ctx.${called}: here, ${instead[path]}.`);
  });

  it("is not hidden by a step that may fail, nor tried again", async () => {
    const options = { allow_fail: true, retries: 3 };
    const error = await failed((ctx) => ctx.step("get", () => ctx.storage.download({ storage: "s" }), null, options));
    expect(error).toMatchObject({ code: "NOT_HERE", step: "get" });
  });

  it.each<[string, (ctx: DuctapeContext) => unknown, RegExp]>([
    [
      "a step's option",
      (ctx) => ctx.step("s", handler, null, { parallel: 2 } as never),
      /s: `parallel` is not here: there are allow_fail/,
    ],
    [
      "a child's key",
      (ctx) => ctx.feature("c", "f", {}, { idempotency_key: "k" } as never),
      /idempotency_key.*begun once/,
    ],
    [
      "a child's policy",
      (ctx) => ctx.feature("c", "f", {}, { parent_close_policy: "keep" } as never),
      /terminate, abandon/,
    ],
    ["a signal", (ctx) => ctx.waitForSignal("paid"), /declares no signal paid: add it to `signals` of features.define/],
    ["a duration", (ctx) => ctx.step("s", handler, null, { timeout: "1 week" }), /"1 week" is no duration/],
    ["retries", (ctx) => ctx.api.run({ event: "go", retries: -1 }), /whole number/],
    ["a field of a call", (ctx) => ctx.api.run({ event: "go", cache: 1 } as never), /ctx.api.run takes no `cache`/],
    ["a call without an event", (ctx) => ctx.database.query({ database: "db" }), /ctx.database.query needs `event`/],
    ["two events", (ctx) => ctx.api.run({ event: "go", action: "other" }), /`event` and `action` differ/],
    ["rows with params", (ctx) => ctx.database.insert({ event: "go", data: [], params: {} }), /and not both/],
    ["a call of nothing", (ctx) => ctx.api.run(undefined as never), /needs an object/],
    ["an operation", (ctx) => ctx.functions.invoke("net", ""), /name of an operation/],
    ["no function", (ctx) => ctx.step("s", 1 as never), /needs a function/],
    ["no tag", (ctx) => ctx.step("", handler), /is no tag of a step/],
    [
      "a number that is a variable of the catalog",
      (ctx) => ctx.variable("stripe", "limit") > 5,
      /ctx.variable\(stripe, limit\): here, the value is known where an event's input is made/,
    ],
    [
      "a calculation with a constant of the catalog",
      (ctx) => 2 * ctx.constant("stripe", "fee"),
      /ctx.constant\(stripe, fee\): here, .*expressions: true/,
    ],
    [
      "a condition on a variable of the catalog",
      (ctx) => ctx.when.eq(ctx.variable("stripe", "mode"), "live"),
      /ctx.variable\(stripe, mode\): here, the value is known where an event's input is made/,
    ],
    [
      "a condition on a constant of the catalog",
      (ctx) => ctx.when.not(ctx.constant("stripe", "on")),
      /ctx.constant\(stripe, on\): here/,
    ],
    ["a time", (ctx) => ctx.transform.formatDate("soon", "YYYY"), /is no time/],
  ])("%s is refused at the call", async (_what, call, message) => {
    expect((await failed(call)).message).toMatch(message);
  });
});

describe("features.define", () => {
  it.each<[string, object, RegExp]>([
    ["without a tag", { tag: undefined }, /needs a `tag`/],
    ["without a handler", { handler: undefined }, /features.define t needs `handler`/],
    ["with another field", { schedule: {} }, /`schedule` is not here. There are product, tag/],
    ["with retries", { options: { retries: 3 } }, /`options.retries` is said by the event of the catalog's jobs/],
    ["with another option", { options: { priority: 1 } }, /`options.priority` is not here. There are timeout and/],
    ["with another strategy", { options: { rollback_strategy: "all" } }, /one of reverse_all, critical_only/],
    ["with a time-out that is none", { options: { timeout: "soon" } }, /"soon" is no duration/],
    ["with another query", { queries: { progress: {} } }, /`queries.progress` needs `handler`/],
    ["with a signal of nothing", { signals: { paid: null } }, /signals.paid is \{ input/],
    [
      "with another type",
      { signals: { paid: { input: { by: "person" } } } },
      /signals.paid.input.by: person is no type/,
    ],
    ["with no type", { input: { by: 3 } }, /input.by is a type/],
  ])("%s is refused where it is defined", (_what, more, message) => {
    expect(() => features.define({ tag: "t", handler, ...more } as never)).toThrow(message);
  });

  it("takes what a recorder needs, which nothing needs here", async () => {
    const recording = { recordInput: {}, recordScenarios: [], branchOverrides: {}, controlFlowMode: "portable" };
    expect((await testFeature(features.define({ tag: "t", product: "shop", handler, ...recording }))).result).toBe(1);
  });
});
