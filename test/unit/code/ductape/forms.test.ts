import { setTimeout as aWhile } from "node:timers/promises";
import type { DuctapeContext } from "../../../../lambdas/code/ductape/context.ts";
import { type DuctapeFeatureDefinition, features, workflows } from "../../../../lambdas/code/ductape/define.ts";
import { makeContext } from "../../../../lambdas/code/ductape/make-context.ts";
import { isCodeFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import { after, type TestFeatureOptions, testFeature } from "../../../../lambdas/code/test-feature/test-feature.ts";
import { placeOrder } from "../../../support/code/place-order.ts";

type Handler = (ctx: DuctapeContext) => Promise<unknown>;
const tested = (
  handler: Handler,
  options: TestFeatureOptions<unknown> = {},
  definition: Partial<DuctapeFeatureDefinition> = {},
) => testFeature(features.define({ tag: "tested", ...definition, handler }), options);
const keysOf = ({ jobs }: { jobs: { key: string }[] }) => jobs.map(({ key }) => key);
const inputsOf = ({ jobs }: { jobs: { event: string; input: unknown }[] }) =>
  jobs.map(({ event, input }) => [event, input]);
const body = (value: unknown) => () => ({ status: 200, body: value });
const failing =
  (code: string, more: object = {}) =>
  () => {
    throw Object.assign(new Error(`no: ${code}`), { code, ...more });
  };

const shop = {
  "warehouse:check": body({ missing: [] }),
  "stripe:create-charge": body({ id: "ch_1", amount: 50 }),
  "stripe:refund": body({}),
  "orders:pack": () => ({ affected_rows: 1 }),
  "shop:placed": () => ({ channels: {} }),
};
const order = { order: "A-1", items: ["x", "y"], email: "ada@example.com" };

describe("an order with steps that are rolled back", () => {
  it("runs, by loops and the time of the log", async () => {
    const run = await testFeature(placeOrder, { input: order, events: shop });
    expect(run.result).toMatchObject({ placed: true, charge: "ch_1" });
    expect((run.result as { at: number }).at).toBeGreaterThanOrEqual(Date.parse("2030-01-01T00:00:00Z"));
    expect(keysOf(run)).toEqual([
      "check-stock/warehouse:check",
      "charge/stripe:create-charge",
      "pack-x/orders:pack",
      "pack-y/orders:pack",
      "confirm/shop:placed",
    ]);
    expect(run.state).toEqual({ queries: { progress: { done: 5 } } });
  });

  it("ends early by an `if` over what a step has returned", async () => {
    const run = await testFeature(placeOrder, {
      input: order,
      events: { ...shop, "warehouse:check": body({ missing: ["x"] }) },
    });
    expect(run.result).toEqual({ placed: false });
    expect(run.jobs).toHaveLength(1);
  });

  it("is rolled back when a later step fails", async () => {
    const run = await testFeature(placeOrder, {
      input: order,
      events: { ...shop, "orders:pack": failing("DEADLOCK") },
    });
    expect(run.error).toMatchObject({ code: "DEADLOCK", step: "pack-x" });
    expect(run.undone).toEqual({ steps: ["charge"], failed: [] });
    expect(run.jobs.at(-1)).toMatchObject({ event: "stripe:refund", input: { body: { charge: "ch_1" } } });
  });

  it("is rolled back as the handler asks, after a signal", async () => {
    const run = await testFeature(placeOrder, {
      input: order,
      events: { ...shop, "stripe:create-charge": body({ id: "ch_2", amount: 5000 }) },
      signals: [{ signal: "reviewed", payload: { accepted: false, by: "ada" }, after: "1d" }],
    });
    expect(run).toMatchObject({ status: "rolled_back", reason: "refused by ada", undone: { steps: ["charge"] } });
  });

  it("goes on without a step that may fail", async () => {
    const run = await testFeature(placeOrder, { input: order, events: { ...shop, "shop:placed": failing("BOUNCED") } });
    expect(run.result).toMatchObject({ placed: true });
  });

  it("is rolled back when the run is out of time", async () => {
    const events = { ...shop, "orders:pack": () => after("4d", {}) };
    const run = await testFeature(placeOrder, { input: order, events });
    expect(run.error).toMatchObject({ code: "TIMEOUT" });
    expect(run.undone).toEqual({ steps: ["charge"], failed: [] });
  });
});

describe("steps", () => {
  it("run side by side", async () => {
    const run = await tested(
      async (ctx) =>
        Promise.all(["a", "b"].map((name) => ctx.step(`get-${name}`, () => ctx.api.run({ event: `get_${name}` })))),
      { events: { get_a: body(1), get_b: body(2) } },
    );
    expect(run.result).toEqual([1, 2]);
    expect(run.jobs[0]?.at).toBe(run.jobs[1]?.at);
  });

  it("are own code too, which sees the world", async () => {
    const run = await tested(async (ctx) => {
      const sum = await ctx.step("sum", async () => {
        await aWhile(1);
        return [1, 2].reduce((one, other) => one + other);
      });
      return [sum, ctx.steps.sum, ctx.completed_steps, ctx.current_step];
    });
    expect(run.result).toEqual([3, 3, ["sum"], null]);
  });

  it("are tried again with what they call, after their delay, and by the same key for the app's server", async () => {
    let tries = 0;
    const run = await tested(
      (ctx) =>
        ctx.step("pay", () => ctx.api.run({ app: "bank", event: "pay", input: { amount: 1 } }), null, {
          retries: 2,
          retry_delay: "1h",
        }),
      { events: { "bank:pay": () => (++tries < 3 ? failing("DOWN")() : { body: "paid" }) } },
    );
    expect(run.result).toBe("paid");
    expect(keysOf(run)).toEqual(["pay/bank:pay", "pay:retry-1/bank:pay", "pay:retry-2/bank:pay"]);
    const [first, , third] = run.jobs;
    expect((third?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(7_200_000);
    expect(new Set(run.jobs.map(({ input }) => JSON.stringify(input))).size).toBe(1);
    expect(first?.input).toEqual({ amount: 1, "headers:Idempotency-Key": "job_test-1/pay/bank%3Apay/1" });
  });

  it("are not tried again where it does not help", async () => {
    const run = await tested((ctx) => ctx.step("pay", () => ctx.api.run({ event: "pay" }), null, { retries: 5 }), {
      events: { pay: failing("CARD_DECLINED", { retryable: false }) },
    });
    expect(run.error).toMatchObject({ code: "CARD_DECLINED" });
    expect(run.jobs).toHaveLength(1);
  });

  it("are closed when they are late", async () => {
    const run = await tested(
      async (ctx) => {
        const seen = await ctx.step("slow", () => ctx.api.run({ event: "slow" }), null, {
          timeout: 30_000,
          allow_fail: true,
        });
        return [seen, await ctx.step("quick", () => ctx.api.run({ event: "quick" }), null, { timeout: 30_000 })];
      },
      { events: { slow: () => after("1h", { body: 1 }), quick: body(2) } },
    );
    expect(run.result).toEqual([null, 2]);
    expect(run.log.map(({ k, e }) => `${k} ${e}`)).toContain("slow:timeout fired");
    expect(run.log.map(({ k, e }) => `${k} ${e}`)).toContain("slow/slow closed");
  });

  it("are jobs where own code may take long, or call ctx by a function of another place", async () => {
    const pay = (ctx: DuctapeContext) => ctx.api.run({ event: "pay" });
    const run = await tested(
      async (ctx) => [
        await ctx.step("film", () => "cut", null, { timeout: "5m" }),
        await ctx.step("pay", () => pay(ctx), null, { timeout: "5m" }),
      ],
      { events: { pay: body("paid") } },
    );
    expect(run.result).toEqual(["cut", "paid"]);
    expect(keysOf(run)).toEqual(["pay:calls/pay"]);
  });
});

describe("rollback strategies", () => {
  const handler: Handler = async (ctx) => {
    const undo = (of: string) => () => ctx.api.run({ event: `undo_${of}` });
    await ctx.step("user", () => ctx.api.run({ event: "go" }), undo("user"));
    await ctx.checkpoint("user-created", { at: new Date() });
    await ctx.step("payment", () => ctx.api.run({ event: "go" }), undo("payment"), { critical: true });
    await ctx.step("mail", () => ctx.api.run({ event: "go" }), undo("mail"));
    if (ctx.input.asks) await ctx.triggerRollback("asked for");
    throw new Error(String(ctx.checkpoint_name));
  };
  const events = { go: body(1), undo_user: body(1), undo_payment: body(1), undo_mail: body(1) };
  it.each([
    ["reverse_all", false, ["mail", "payment", "user"]],
    ["critical_only", false, ["payment"]],
    ["to_checkpoint", false, ["mail", "payment"]],
    ["none", false, []],
    ["none", true, ["mail", "payment", "user"]],
    ["to_checkpoint", true, ["mail", "payment"]],
  ] as const)("%s (asked for: %s) undoes %j", async (rollback_strategy, asks, undone) => {
    const run = await tested(handler, { input: { asks }, events }, { options: { rollback_strategy } });
    expect(run.jobs.filter(({ event }) => event !== "go").map(({ event }) => event)).toEqual(
      undone.map((name) => `undo_${name}`),
    );
    expect(run.status).toBe(asks ? "rolled_back" : "failed");
  });

  it("a rollback is not caught by the handler", async () => {
    const run = await tested(async (ctx) => {
      try {
        await ctx.step(
          "check",
          async () => {
            await ctx.sleep(5);
            await ctx.triggerRollback("fraud");
          },
          null,
          { allow_fail: true, retries: 3 },
        );
      } catch {}
      return "went on";
    });
    expect(run).toMatchObject({ status: "rolled_back", reason: "fraud" });
  });

  it.each(["never", "often"] as const)(
    "one that a step asks for undoes what was done (cold starts: %s)",
    async (coldStarts) => {
      const undo = (ctx: DuctapeContext, of: string) => () => ctx.api.run({ event: `undo_${of}` });
      const handler: Handler = async (ctx) => {
        await ctx.step("user", () => ctx.api.run({ event: "go" }), undo(ctx, "user"));
        await ctx.step("payment", () => ctx.api.run({ event: "go" }), undo(ctx, "payment"));
        try {
          await ctx.step("outer", () =>
            ctx.step("check", async () => ctx.triggerRollback("fraud"), null, { allow_fail: true, retries: 2 }),
          );
        } catch {
          await ctx.step("caught", () => ctx.api.run({ event: "go" }));
        }
      };
      const run = await tested(handler, { events, coldStarts });
      expect(run).toMatchObject({ status: "rolled_back", reason: "fraud" });
      expect(run.jobs.map(({ event }) => event)).toEqual(["go", "go", "undo_payment", "undo_user"]);
    },
  );
});

describe("control flow", () => {
  it("may be any of the language: a loop over the time, with catch, sleep and what the state says", async () => {
    const run = await tested(
      async (ctx) => {
        const until = Date.now() + 60_000;
        let paid: { at: string } | null = null;
        while (!paid && Date.now() < until) {
          const tries = (ctx.getState("tries") || 0) + 1;
          ctx.setState("tries", tries);
          try {
            paid = await ctx.step(`try-${tries}`, async () => {
              await ctx.api.run({ app: "bank", event: "pay", input: { body: { tries } } });
              return { at: new Date().toISOString() };
            });
          } catch (error) {
            ctx.log.warn("failed", { error: (error as Error).message });
            await ctx.sleep(tries * 2000);
          }
        }
        return [ctx.state.tries, ctx.completed_steps, paid?.at];
      },
      {
        events: {
          "bank:pay": (({ body }: { body: { tries: number } }) => (body.tries < 3 ? failing("DOWN")() : {})) as never,
        },
      },
    );
    expect(run.result).toEqual([3, ["try-3"], expect.stringMatching(/^2030-01-01T00:00:06\.\d{3}Z$/)]);
  });

  it("waits for one of several signals, and says which it was", async () => {
    const handler: Handler = async (ctx) => {
      await ctx.sleep("1h");
      const answer = await ctx.waitForSignal(["approved", "rejected"], { timeout: "48h" });
      return answer._signal === "approved" ? answer.by : "nobody";
    };
    const signals = { approved: { input: { by: "string" } }, rejected: { input: {} } };
    const sent = { signal: "approved", payload: { by: "ada" }, after: "2h" };
    expect((await tested(handler, { signals: [sent] }, { signals })).result).toBe("ada");
    expect((await tested(handler, {}, { signals })).error).toMatchObject({ code: "TIMEOUT" });
    const other = { ...sent, payload: { by: 7 } };
    expect((await tested(handler, { signals: [other] }, { signals })).error).toMatchObject({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("/by: must be of type string"),
    });
  });

  it("has branches and loops of functions beside those of the language", async () => {
    const run = await tested(
      async (ctx) => {
        const all = await ctx.each(ctx.sampleInput.epochs as number[], (epoch, index) =>
          ctx.step(`train-${epoch}`, () => ctx.functions.use("net").train?.({ epoch, index })),
        );
        const isGood = ctx.when.and(ctx.when.gte(all.at(-1), 4), ctx.when.truthy(all.length));
        // biome-ignore lint/suspicious/noThenProperty: Ductape's name for it
        return ctx.branch(isGood, { then: () => ctx.getState("none") ?? "good", else: () => "bad" });
      },
      {
        input: { epochs: [1, 2] },
        events: { train: (({ payload }: { payload: { epoch: number } }) => payload.epoch * 2) as never },
      },
    );
    expect(run.result).toBe("good");
    expect(inputsOf(run)).toEqual([
      ["train", { payload: { epoch: 1, index: 0 } }],
      ["train", { payload: { epoch: 2, index: 1 } }],
    ]);
  });

  it("cancels a child whose run has ended, unless it is to go on", async () => {
    const ends: unknown[] = [];
    const base = {
      feature: async (_tag: string, _input: unknown, more: { onParentEnd: string }) => ends.push(more.onParentEnd),
    };
    const defined = { strategy: "all", signals: [], queries: {} } as const;
    const ctx = makeContext(base as never, {}, defined, () => {});
    for (const parent_close_policy of ["terminate", "request_cancel", "abandon"] as const)
      await ctx.feature("child", "pay", {}, { parent_close_policy });
    await ctx.feature("child", "pay");
    expect(ends).toEqual(["cancel", "cancel", "abandon", "cancel"]);
  });

  it("runs children by their ids", async () => {
    const run = await tested(
      async (ctx) => [
        await ctx.feature(
          `payment/${ctx.input.order}`,
          "pay",
          { amount: 5 },
          { parent_close_policy: "abandon", timeout: "5m" },
        ),
        await ctx.workflow("ship", "ship", {}, { retries: 1 }),
      ],
      { input: { order: 7 }, features: { pay: (input) => input, ship: () => "shipped" } },
    );
    expect(run.result).toEqual([{ amount: 5 }, "shipped"]);
    expect(keysOf(run)).toEqual(["payment-7", "ship"]);
  });
});

describe("calls", () => {
  it("are those of the SDK's namespaces, with the inputs of jobs", async () => {
    const all = { rows: [{ id: 1 }, { id: 2 }] };
    const events = {
      "stripe:charge": body("charged"),
      tagged: body("tagged"),
      "db:insert": () => ({ affected_rows: 1, rows: [{ id: 9 }] }),
      "db:find": () => all,
      "db:set": () => ({ affected_rows: 2 }),
      "db:remove": () => ({ affected_rows: 0 }),
      "db:sum": () => all,
      "shop:mail": () => null,
      "shop:text": () => null,
      "shop:push": () => null,
      "shop:all": () => null,
      store: () => ({ provider: "s3", bucket: "b", key: "k.txt", mime_type: "text/plain" }),
      "warehouse:new": () => ({ message_id: "m" }),
    };
    const run = await tested(
      async (ctx) => [
        await ctx.action.run({ app: "stripe", event: "charge", input: { "params:id": 1, at: new Date(0) } }),
        await ctx.api.run({ event: "tagged", timeout: "1m" }),
        await ctx.database.insert({ database: "db", event: "insert", data: { name: "Ada" } }),
        await ctx.database.query({ database: "db", action: "find", params: { id: 1 } }),
        await ctx.database.update({ database: "db", event: "set", where: { id: 1 }, data: { open: true } }),
        await ctx.database.delete({ database: "db", event: "remove", where: { id: 1 } }),
        await ctx.database.execute({ database: "db", event: "sum", input: { from: 1 } }),
        await ctx.notification.email({ notification: "shop", event: "mail", recipients: ["a@b.c"], subject: { n: 1 } }),
        await ctx.notification.sms({ notification: "shop", event: "text", phones: ["+1"], message: { code: 1 } }),
        await ctx.notification.push({ notification: "shop", event: "push", tokens: ["t"], title: {}, body: { b: 1 } }),
        await ctx.notification.send({
          notification: "shop",
          event: "all",
          input: { sms: { phones: ["+1"] }, push: { tokens: ["t"] } },
        }),
        await ctx.storage.upload({
          storage: "files",
          event: "store",
          input: { buffer: Buffer.from("hi"), fileName: "k.txt" },
        }),
        await ctx.messaging.produce({
          event: "warehouse:new",
          message: { version: ctx.variable("stripe", "api_version") },
        }),
        await ctx.publish.send({
          broker: "warehouse",
          event: "new",
          input: { message: { text: `v${ctx.constant("app", "v")}` } },
        }),
      ],
      { events },
    );
    expect(run.result).toMatchObject([
      ...["charged", "tagged", { id: 9 }, all.rows, { affected_rows: 2 }, false, all, null, null, null, null],
      { file_key: "k.txt", content_type: "text/plain", success: true },
      ...[{ message_id: "m" }, { message_id: "m" }],
    ]);
    expect(inputsOf(run)).toEqual([
      ["stripe:charge", { "params:id": 1, at: "1970-01-01T00:00:00.000Z" }],
      ["tagged", {}],
      ["db:insert", { data: { name: "Ada" } }],
      ["db:find", { data: { id: 1 } }],
      ["db:set", { data: { open: true }, filter: { id: 1 } }],
      ["db:remove", { filter: { id: 1 } }],
      ["db:sum", { data: { from: 1 } }],
      ["shop:mail", { email: { recipients: ["a@b.c"], subject: { n: 1 } } }],
      ["shop:text", { sms: { to: ["+1"], body: { code: 1 } } }],
      ["shop:push", { push_notification: { device_tokens: ["t"], title: {}, body: { b: 1 } } }],
      ["shop:all", { sms: { to: ["+1"] }, push_notification: { device_tokens: ["t"] } }],
      ["store", { buffer: "aGk=", fileName: "k.txt" }],
      ["warehouse:new", { message: { version: "$Variable{stripe}{api_version}" } }],
      ["warehouse:new", { message: { text: "v$Constant{app}{v}" } }],
    ]);
  });

  it("may be limited and repeated within a step", async () => {
    let tries = 0;
    const slowAtFirst = () => (++tries === 1 ? after("1h", { body: "late" }) : { body: "in time" });
    const run = await tested(
      (ctx) => ctx.step("pay", () => ctx.api.run({ app: "bank", event: "pay", retries: 1, timeout: 30_000 })),
      { events: { "bank:pay": slowAtFirst } },
    );
    expect(run.result).toBe("in time");
    expect(run.log.map(({ k, e }) => `${k} ${e}`)).toContain("pay/bank:pay closed");
    expect(run.jobs.map(({ input }) => input)).toEqual(
      Array(2).fill({ "headers:Idempotency-Key": "job_test-1/pay/bank%3Apay/1" }),
    );
  });

  it("are run again with the key of the first, unless the input has one", async () => {
    let tries = 0;
    const flaky = () => (++tries % 2 === 1 ? failing("DOWN")() : { body: tries });
    const run = await tested(
      async (ctx) => [
        await ctx.api.run({ event: "flaky", retries: 1 }),
        await ctx.api.run({ event: "flaky", retries: 1, input: { headers: { "Idempotency-Key": "mine" } } }),
      ],
      { events: { flaky } },
    );
    const first = { "headers:Idempotency-Key": "job_test-1/flaky/1" };
    const own = { headers: { "Idempotency-Key": "mine" } };
    expect(run.jobs.map(({ input }) => input)).toEqual([first, first, own, own]);
  });
});

describe("data", () => {
  it("has the state, the run and transformations", async () => {
    const lines: string[] = [];
    const run = await tested(
      async (ctx) => {
        ctx.setState("tries", (ctx.getState("tries") ?? 0) + 1);
        ctx.log.info("began", { order: 1 });
        const { transform: t } = ctx;
        return {
          ...{
            state: ctx.state,
            default: ctx.default(ctx.input.none, "usd"),
            tag: ctx.feature_tag,
            id: ctx.workflow_id,
          },
          ...{ env: ctx.env, product: ctx.product, context: ctx.context, uuids: new Set([t.uuid(), t.uuid()]).size },
          values: [
            ...[
              t.concat("a", 1),
              t.concat([1], [2]),
              t.size({ a: 1 }),
              t.length("abc"),
              t.parseJson("[1]"),
              t.stringify({ a: 1 }),
            ],
            ...[
              t.upper("a"),
              t.lower("A"),
              t.trim(" a "),
              t.split("a,b", ","),
              t.join([1, 2], "-"),
              t.replace("aa", "a", "b"),
            ],
            ...[t.substring("abc", 1, 2), t.formatDate(t.now(), "DD.MM.YYYY HH:mm:ss")],
          ],
        };
      },
      { input: {}, output: (line) => lines.push(line) },
    );
    expect(run.result).toEqual({
      ...{ state: { tries: 1 }, default: "usd", tag: "feature", id: "job_test", env: "test", product: "test" },
      ...{ context: { run: 1, attempt: 1 }, uuids: 2 },
      values: [
        ...["a1", [1, 2], 1, 3, [1], '{"a":1}', "A", "a", "a", ["a", "b"], "1-2", "bb", "b"],
        "01.01.2030 00:00:00",
      ],
    });
    expect(lines).toHaveLength(1);
  });

  it("checks an input by its fields, and runs in its envs only", async () => {
    const input = { order: { type: "string", required: true }, note: { type: "string", required: false } };
    const handler: Handler = async (ctx) => ctx.input.order;
    expect((await tested(handler, { input: { order: "A" } }, { input })).result).toBe("A");
    expect((await tested(handler, { input: {} }, { input })).error).toMatchObject({
      message: expect.stringContaining("/order: is missing"),
    });
    const envs = [
      { slug: "prd", active: true },
      { slug: "test", active: false },
    ];
    expect((await tested(handler, {}, { envs })).error).toMatchObject({
      message: "features.define tested does not run in env test: its `envs` say so.",
    });
  });

  it("has the types of Ductape's documentation", async () => {
    const handler: Handler = async (ctx) => {
      const rows = await ctx.database.query<{ id: string }>({ database: "orders", event: "find" });
      const child = await ctx.feature<{ count: number }, { paid: boolean }>("pay", "pay", { count: rows.length });
      if (child.paid) return rows.map(({ id }) => id);
      const result = await ctx.triggerRollback("not paid");
      return { rolledBackSteps: result.rolled_back_steps };
    };
    const events = { "orders:find": () => ({ rows: [{ id: "A" }] }) };
    expect((await tested(handler, { events, features: { pay: () => ({ paid: true }) } })).result).toEqual(["A"]);
    expect(await tested(handler, { events, features: { pay: () => ({ paid: false }) } })).toMatchObject({
      ...{ status: "rolled_back", reason: "not paid" },
    });
  });

  it("is a feature for the catalog, by either name", () => {
    const older = workflows.define({ tag: "older", name: "Older", handler: async () => 1 });
    expect(isCodeFeature(older)).toBe(true);
    expect(older).toMatchObject({ tag: "older", name: "Older" });
  });
});
