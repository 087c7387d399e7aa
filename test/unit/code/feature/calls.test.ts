import { setTimeout as aWhile } from "node:timers/promises";
import * as z from "zod";
import type { FeatureContext } from "../../../../lambdas/code/feature/context.ts";
import { defineFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import { StepError } from "../../../../lambdas/code/feature/step-errors.ts";
import { after, type TestFeatureOptions, testFeature } from "../../../../lambdas/code/test-feature/test-feature.ts";

const declined = () => {
  throw Object.assign(new Error("no money"), { code: "card_declined" });
};
const signals = { paid: z.object({ by: z.string() }), refused: z.unknown() };
type Handler = (ctx: FeatureContext<typeof signals>) => unknown;
const tested = (run: Handler, options: TestFeatureOptions<unknown> = {}) =>
  testFeature(defineFeature({ signals, run }), {
    events: { go: (input) => input, slow: () => after("1h", "slow"), declined, ...options.events },
    ...options,
  });
// biome-ignore lint/suspicious/noExplicitAny: what handlers call whose types nobody checks
type Untyped = any;
/** Longer than it takes until a race has closed its losers. */
const aMoment = async () => {
  for (let i = 0; i < 10; i++) await null;
};
const keysOf = ({ log }: { log: { k: string; e: string }[] }) => log.map(({ k, e }) => `${k} ${e}`);

describe("a job that fails", () => {
  it("throws its code and step", async () => {
    const run = await tested(async (ctx) => {
      try {
        return await ctx.run("declined");
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
        return [error.code, error.step, error.message];
      }
    });
    expect(run.result).toEqual(["card_declined", "declined", "no money"]);
  });

  it("ends the run where nobody catches it, with the step", async () => {
    const run = await tested((ctx) => ctx.run("declined"));
    expect(run.error).toMatchObject({ code: "card_declined", step: "declined", message: "no money" });
  });

  it("is null where it may fail", async () => {
    const run = await tested((ctx) => ctx.run("declined", {}, { allowFail: true }));
    expect(run.result).toBeNull();
  });
});

describe("what cannot be read of what is thrown", () => {
  const unreadable = () => {
    throw new Proxy(new Error("hidden"), {
      get: () => {
        throw new Error("no property");
      },
      getPrototypeOf: () => {
        throw new Error("no prototype");
      },
    });
  };

  it("fails the run, as anything that is thrown", async () => {
    const run = await tested(unreadable);
    expect(run.error).toMatchObject({ message: "What was thrown cannot be read." });
  });

  it("fails the step", async () => {
    const run = await tested((ctx) => ctx.step("own", unreadable, { allowFail: true }));
    expect(run.result).toBeNull();
  });
});

describe("JavaScript's own control flow", () => {
  it("sees in each replay what the log brought first", async () => {
    const run = await tested(async (ctx) => {
      const first = await Promise.race([ctx.run("slow"), ctx.run("go", "quick")]);
      const any = await Promise.any([ctx.run("declined"), ctx.run("go", "other")]);
      const settled = await Promise.allSettled([ctx.run("declined"), ctx.run("go")]);
      return [first, any, settled.map(({ status }) => status)];
    });
    expect(run.result).toEqual(["quick", "other", ["rejected", "fulfilled"]]);
  });
});

describe("a race", () => {
  it("tells who was first, and closes the others", async () => {
    const run = await tested(async (ctx) => {
      const won = await ctx.race({ slow: ctx.run("slow"), quick: ctx.sleep("10m"), wait: ctx.waitForSignal("paid") });
      await ctx.sleep("1d");
      return won.winner;
    });
    expect(run.result).toBe("quick");
    expect(keysOf(run)).toEqual(["sleep fired", "slow closed", "wait:paid closed", "sleep#2 fired"]);
  });

  it("closes what a function has open, and does not let it go on", async () => {
    const went: string[] = [];
    const run = await tested(async (ctx) => {
      const won = await ctx.race({
        slow: async () => {
          await ctx.run("slow");
          went.push("on");
          return ctx.run("go", {}, { step: "after" });
        },
        quick: () => ctx.run("go", "first"),
      });
      await ctx.sleep("1d");
      return won;
    });
    expect(run.result).toEqual({ winner: "quick", value: "first" });
    expect(keysOf(run)).toEqual(["go done", "slow closed", "sleep fired"]);
    expect(went).toEqual([]);
  });

  it("lets no loser go on that catches what fails in a loop", async () => {
    let rounds = 0;
    const run = await tested(
      async (ctx) => {
        const both = ctx.sleep("1h");
        await ctx.race({
          first: () => both,
          second: async () => {
            await both.then(aMoment);
            while (rounds++ < 1000) await ctx.race({ slow: ctx.run("slow") }).catch(() => {});
          },
        });
        await ctx.sleep("1d");
      },
      { coldStarts: "never" },
    );
    expect(run.status).toBe("completed");
    expect(rounds).toBe(1);
  });

  it("fails as the first does", async () => {
    const run = await tested((ctx) => ctx.race({ slow: ctx.run("slow"), bad: ctx.run("declined") }));
    expect(run.error.code).toBe("card_declined");
  });
});

describe("own code", () => {
  it("runs once, and is shown with its result in every replay", async () => {
    let ran = 0;
    const run = await tested(async (ctx) => {
      const first = await ctx.step("count", () => ++ran);
      await ctx.sleep("1d");
      return [first, await ctx.step("nothing", () => {})];
    });
    expect(run.result).toEqual([1, null]);
    expect(ran).toBe(1);
  });

  it("runs beside other own code, and may take its time", async () => {
    const run = await tested(async (ctx) =>
      Promise.all(
        ["a", "b"].map((key) =>
          ctx.step(key, async ({ idempotencyKey, deadline, signal }) => {
            await aWhile(2);
            return [idempotencyKey, deadline > Date.now(), signal.aborted];
          }),
        ),
      ),
    );
    expect(run.result).toEqual([
      ["job_test-1/a", true, false],
      ["job_test-1/b", true, false],
    ]);
  });

  it("fails with what it throws", async () => {
    const run = await tested((ctx) => ctx.step("own", declined));
    expect(run.error).toMatchObject({
      code: "card_declined",
      step: "own",
      stack: expect.stringContaining("calls.test"),
    });
  });

  it("is ended when it is out of time", async () => {
    let why: unknown;
    const run = await tested((ctx) =>
      ctx.step(
        "own",
        ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => {
              why = signal.reason.name;
              resolve("too late");
            });
          }),
        { timeout: 5 },
      ),
    );
    expect(run.error).toMatchObject({ code: "TIMEOUT", step: "own" });
    expect(why).toBe("TimeoutError");
  });

  it("is tried again, with the same idempotency key, after a while", async () => {
    const keys: string[] = [];
    const run = await tested(async (ctx) =>
      ctx.step(
        "own",
        ({ idempotencyKey }) => {
          keys.push(idempotencyKey);
          if (keys.length < 3) throw new Error("not yet");
          return keys.length;
        },
        { retries: 2, retryDelay: "10m" },
      ),
    );
    expect(run.result).toBe(3);
    expect(new Set(keys)).toEqual(new Set(["job_test-1/own"]));
    expect(keysOf(run)).toEqual(
      ["own failed", "own:delay fired", "own:2 done"].toSpliced(
        2,
        1,
        "own:2 failed",
        "own:delay#2 fired",
        "own:3 done",
      ),
    );
  });

  it("is not tried again where its error forbids that", async () => {
    let tries = 0;
    const final = () => {
      tries += 1;
      throw Object.assign(new Error("never"), { retryable: false });
    };
    for (const timeout of ["5s", "10m"]) {
      tries = 0;
      expect((await tested((ctx) => ctx.step("own", final, { retries: 5, timeout }))).error.message).toBe("never");
      expect({ timeout, tries }).toEqual({ timeout, tries: 1 });
    }
  });

  it("is a job where it may take longer than a decision", async () => {
    const run = await tested(async (ctx) => {
      const first = await ctx.run("go", 20);
      return ctx.step("long", ({ idempotencyKey }) => [Number(first) + 1, idempotencyKey], { timeout: "10m" });
    });
    expect(run.result).toEqual([21, "job_test-1/long"]);
    const bad = await tested((ctx) => ctx.step("long", () => ctx.run("go"), { timeout: "10m" }));
    expect(bad.error.message).toContain("A step either calls ctx");
  });

  it("reads secrets", async () => {
    const reference = { kind: "secret", name: "shop/stripe", key: "key" } as never;
    const run = await tested((ctx) => ctx.step("own", (own) => own.secret(reference)), { secrets: () => "s3cret" });
    expect(run.result).toBe("s3cret");
    const fails = async (own: { secret: (reference: never) => Promise<string> }) => {
      throw new TypeError(`"Bearer ${await own.secret(reference)}" is an invalid header value.`);
    };
    const failed = await tested((ctx) => ctx.step("own", fails), { secrets: () => "s3cret" });
    expect(failed.error.message).toBe('"Bearer [credential]" is an invalid header value.');
    const long = await tested((ctx) => ctx.step("own", fails, { timeout: "10m" }), { secrets: () => "s3cret" });
    expect(JSON.stringify(long.error)).not.toContain("s3cret");
  });
});

describe("a step that calls ctx", () => {
  it("has a key that is not endless", async () => {
    const nested = (ctx: Parameters<Handler>[0], depth: number): Promise<unknown> =>
      ctx.step(String(depth).padEnd(120, "-"), () => (depth === 0 ? ctx.run("go") : nested(ctx, depth - 1)));
    const run = await tested((ctx) => nested(ctx, 9));
    expect(run.error.message).toContain("more than 900 characters");
  });

  it("is a part of the handler, with keys below its own, and is kept as a whole", async () => {
    const begun: string[] = [];
    const run = await tested(async (ctx) => {
      let found: unknown;
      const charge = await ctx.step("charge", async () => {
        begun.push("charge");
        found = await ctx.run("go", 7);
        const own = await ctx.step("own", () => "once");
        return { found, own };
      });
      await ctx.sleep("1d");
      return { charge, found };
    });
    expect(run.result).toEqual({ charge: { found: 7, own: "once" }, found: 7 });
    expect(keysOf(run)).toEqual(["charge/go done", "charge/own done", "charge done", "sleep fired"]);
    expect(run.log.map(({ f }) => f === "scope")).toEqual([false, false, true, false]);
    expect(begun.length).toBe(run.warnings.length + 5);
  });

  it("is replayed from the start of the log where it began with what a handler must not see", async () => {
    const run = await tested(
      async (ctx) => {
        await ctx.sleep("1d");
        const sent = await ctx.step("scope", async () => ctx.run("go", { at: Date.now(), n: Math.random() }));
        return (sent as { at: number }).at === ctx.now() - 10;
      },
      { coldStarts: (decision) => decision > 3 },
    );
    expect(run.result).toBe(true);
  });

  it("does not run own code beside it twice where the log is replayed for it", async () => {
    const ran: string[] = [];
    const run = await tested(
      async (ctx) => {
        await ctx.sleep("1d");
        await ctx.sleep("1d");
        const own = ctx.step("own", async () => {
          ran.push("own");
          await aWhile(5);
          return "own";
        });
        return Promise.all([own, ctx.step("scope", async () => ctx.run("go", Date.now()))]);
      },
      { coldStarts: "never" },
    );
    expect(run.result).toEqual(["own", Date.parse("2030-01-03T00:00:00Z")]);
    expect(ran).toEqual(["own"]);
  });

  it("begins at the same place of the log, also if more was in the message", async () => {
    const run = await tested(
      async (ctx) => {
        const other = ctx.run("slow");
        await ctx.sleep("1h");
        const slept = ctx.step("scope", async () => {
          await ctx.sleep("1h");
          return ctx.now();
        });
        return [await other, await slept];
      },
      { events: { slow: () => after("1h", "slow") } },
    );
    expect(run.result).toEqual(["slow", Date.parse("2030-01-01T02:00:00Z")]);
  });

  it("cannot be tried again as a whole", async () => {
    const run = await tested((ctx) => ctx.step("charge", () => ctx.run("go"), { retries: 1 }));
    expect(run.error.message).toContain("give the retries to what it calls");
  });

  it("fails with what it throws", async () => {
    const run = await tested((ctx) => ctx.step("charge", () => ctx.run("declined")));
    expect(run.error).toMatchObject({ code: "card_declined", step: "charge" });
  });
});

describe("waits", () => {
  it("take a message by the key of the wait, and check it", async () => {
    const sent = [
      { signal: "paid", key: "A-2", payload: { by: "eve" }, after: "1m" },
      { signal: "paid", key: "A-1", payload: { by: "ada" }, after: "1h" },
    ];
    const run = await tested((ctx) => ctx.waitForSignal("paid", { key: "A-1" }), { signals: sent });
    expect(run.result).toEqual({
      signal: "paid",
      id: "sig_1",
      at: Date.parse("2030-01-01T01:00:00Z"),
      payload: { by: "ada" },
    });
    const bad = await tested((ctx) => ctx.waitForSignal("paid"), { signals: [{ signal: "paid", payload: {} }] });
    expect(bad.error).toMatchObject({ code: "VALIDATION_ERROR", message: expect.stringContaining("/by") });
  });

  it("go on after their time where they say so", async () => {
    const run = await tested((ctx) => ctx.waitForSignal("paid", { timeout: "2d", otherwise: "continue" }));
    expect(run.result).toEqual({ timed_out: true, at: Date.parse("2030-01-03T00:00:00Z") });
  });

  it("are for the decisions of people", async () => {
    const ask = { event: "mail", input: { url: "$Approval{url}" } };
    const handler: Handler = (ctx) =>
      ctx.approve({ title: "Refund?", show: ["42"], ask, timeout: "1d", otherwise: "reject" });
    const run = await tested(handler, { approvals: { approve: { choice: "approve", by: "ada", after: "2h" } } });
    expect(run.result).toEqual({ choice: "approve", by: "ada", at: Date.parse("2030-01-01T02:00:00Z") });
    expect((await tested(handler)).result).toEqual({
      choice: "reject",
      timed_out: true,
      at: Date.parse("2030-01-02T00:00:00Z"),
    });
  });

  it("take a number for a key, as what is not typed has", async () => {
    const sent = [{ signal: "paid", key: 42, payload: { by: "ada" } }];
    const run = await tested((ctx) => ctx.waitForSignal("paid", { key: 42 }), { signals: sent });
    expect(run.result).toMatchObject({ payload: { by: "ada" } });
    const asked = await tested((ctx) => ctx.approve({ title: "Refund?", show: [{ label: "Amount", value: 42.5 }] }), {
      approvals: { approve: { choice: "approve" } },
    });
    expect(asked.result).toMatchObject({ choice: "approve" });
  });

  it.each<[string, (ctx: never) => unknown, string]>([
    ["no key", (ctx: Untyped) => ctx.waitForSignal("paid", { key: null }), "`key` is a text of 1 to 256 characters"],
    ["an empty key", (ctx: Untyped) => ctx.waitForSignal("paid", { key: "" }), "`key` is a text"],
    ["a long key", (ctx: Untyped) => ctx.waitForSignal("paid", { key: "k".repeat(257) }), "`key` is a text"],
    ["half of a character", (ctx: Untyped) => ctx.waitForSignal("paid", { key: "\ud800" }), "`key` is a text"],
    [
      "something odd to show",
      (ctx: Untyped) => ctx.approve({ title: "Ok?", show: [{ value: {} }] }),
      "`show` is a list",
    ],
    ["no choice", (ctx: Untyped) => ctx.approve({ title: "Ok?", choices: [] }), "`choices` is a list of texts"],
    ["nobody who asks", (ctx: Untyped) => ctx.approve({ title: "Ok?", ask: { input: {} } }), "needs the `event`"],
    ["another end", (ctx: Untyped) => ctx.run("go", {}, { onParentEnd: "stay" }), "is cancel or abandon"],
    ["a sleep of years", (ctx: Untyped) => ctx.sleep("500d"), "at most 400 days at a time"],
    ["a time in a far future", (ctx: Untyped) => ctx.sleepUntil(8e15), "at most 400 days at a time"],
  ])("are refused at the call with %s", async (_what, handler, message) => {
    const run = await tested(handler as Handler);
    expect(run.error).toMatchObject({ message: expect.stringContaining(message) });
  });

  it("are over at once where their time is past, and last as long as a wait may where theirs is longer", async () => {
    const long = { timeout: "4000d", otherwise: "continue" } as const;
    const run = await tested(async (ctx) => {
      await ctx.sleepUntil(-5);
      return [ctx.now(), await ctx.waitForSignal("paid", long)];
    });
    const start = Date.parse("2030-01-01T00:00:00Z");
    expect(run.result).toEqual([start, { timed_out: true, at: start + 400 * 86_400_000 }]);
  });

  it("say in the end what never comes", async () => {
    const run = await tested((ctx) => ctx.waitForSignal("paid"));
    expect(run).toMatchObject({ status: "stuck", waitsFor: ["wait:paid"] });
  });
});

describe("undo", () => {
  const undone = (ctx: Parameters<Handler>[0]) => (result: unknown) => ctx.run("go", { undo: result });

  it("runs in reverse where the run fails, and tells what it did", async () => {
    const run = await tested(async (ctx) => {
      await ctx.run("go", 1, { step: "first", undo: undone(ctx) });
      await ctx.step(
        "second",
        () => 2,
        (result) => `own ${result}`,
      );
      await ctx.run("go", 3, { step: "third" });
      await ctx.run("declined");
    });
    expect(run.error.code).toBe("card_declined");
    expect(run.undone).toEqual({ steps: ["second", "first"], failed: [] });
    expect(keysOf(run).slice(4)).toEqual(["undo:second done", "undo:first/go done", "undo:first done"]);
    expect(run.jobs.at(-1)?.input).toEqual({ undo: 1 });
  });

  it("runs when a run is cancelled whose handler catches everything and goes on", async () => {
    const run = await tested(
      async (ctx) => {
        await ctx.run("go", 1, { undo: undone(ctx) });
        for (;;) {
          try {
            await ctx.sleep("1h");
          } catch {}
        }
      },
      { cancelAfter: "90m" },
    );
    expect(run).toMatchObject({ status: "cancelled", undone: { steps: ["go"], failed: [] } });
  });

  it("runs when the run is cancelled, and what is open is closed", async () => {
    const run = await tested(
      async (ctx) => {
        await ctx.run("go", 1, { undo: undone(ctx) });
        try {
          await ctx.sleep("30d");
        } catch {
          await ctx.run("go", "not any more");
        }
        return "completed";
      },
      { cancelAfter: "1d" },
    );
    expect(run).toMatchObject({ status: "cancelled", undone: { steps: ["go"], failed: [] } });
    expect(keysOf(run)).toEqual(["go done", "$cancel cancel", "sleep closed", "undo:go/go done", "undo:go done"]);
  });

  it.each<[string, Handler]>([
    ["a call", (ctx) => ctx.run("go")],
    ["a call that is tried again", (ctx) => ctx.step("own", () => {}, { retries: 3, allowFail: true })],
    ["a race of calls", (ctx) => ctx.race({ slow: ctx.run("slow"), late: ctx.sleep("1d") })],
    ["a race of functions", (ctx) => ctx.race({ slow: () => ctx.run("slow"), late: () => ctx.sleep("1d") })],
  ])("ends a handler that catches the cancel in a loop around %s", async (_what, call) => {
    let rounds = 0;
    const run = await tested(
      async (ctx) => {
        await ctx.run("go", 1, { undo: undone(ctx) });
        await ctx.sleep("30d").catch(() => {});
        while (rounds++ < 1000)
          try {
            await call(ctx);
          } catch {}
      },
      { cancelAfter: "1d", coldStarts: "never" },
    );
    expect(run).toMatchObject({ status: "cancelled", undone: { steps: ["go"], failed: [] } });
    expect(rounds).toBe(1);
  });

  it("waits for jobs that may be done all the same", async () => {
    const run = await tested(
      async (ctx) => {
        const late = ctx.sleep("1h").then(() => {
          throw new Error("too long");
        });
        await Promise.all([late, ctx.run("slow", 1, { undo: undone(ctx) })]);
      },
      // Both end at the same time, and the sleep was begun first.
      { events: { slow: () => after("1h", "done"), go: (input) => input } },
    );
    expect(run.undone).toEqual({ steps: ["slow"], failed: [] });
  });

  it("goes on where one fails", async () => {
    const run = await tested(async (ctx) => {
      await ctx.run("go", 1, { step: "first", undo: () => ctx.run("go") });
      await ctx.run("go", 2, { step: "second", undo: () => ctx.run("declined") });
      ctx.rollback("not wanted");
    });
    expect(run).toMatchObject({
      status: "rolled_back",
      reason: "not wanted",
      undone: { steps: ["first"], failed: ["second"] },
    });
  });

  it("is asked for within a step, too", async () => {
    const run = await tested((ctx) =>
      ctx.step("charge", async () => {
        await ctx.run("go", 1, { undo: undone(ctx) });
        ctx.rollback("no");
      }),
    );
    expect(run).toMatchObject({ status: "rolled_back", reason: "no", undone: { steps: ["charge/go"], failed: [] } });
    expect(keysOf(run)).toEqual(["charge/go done", "charge failed", "charge/undo:go/go done", "charge/undo:go done"]);
  });

  it.each<[string, Handler]>([
    [
      "a catch",
      async (ctx) => {
        try {
          ctx.rollback("no");
        } catch {
          await ctx.run("go", "told");
        }
        return "fine";
      },
    ],
    [
      "a catch that throws something else",
      async (ctx) => {
        try {
          ctx.rollback("no");
        } catch {
          throw new Error("something else");
        }
      },
    ],
    [
      "a step that may fail",
      async (ctx) => {
        await ctx.step("s", () => ctx.rollback("no"), { allowFail: true });
        return "fine";
      },
    ],
    [
      "Promise.allSettled",
      async (ctx) => {
        await Promise.allSettled([ctx.run("go"), ctx.step("s", async () => ctx.rollback("no"))]);
        await ctx.sleep("1d");
      },
    ],
    [
      "a run that would begin anew",
      async (ctx) => {
        await ctx.step("s", async () => ctx.rollback("no")).catch(() => {});
        return ctx.continueAs({});
      },
    ],
  ])("is not held up by %s", async (_what, handler) => {
    for (const coldStarts of ["often", "never"] as const) {
      const run = await tested(
        async (ctx) => {
          await ctx.run("go", 1, { step: "first", undo: () => ctx.run("go") });
          return handler(ctx as never);
        },
        { coldStarts },
      );
      expect(run).toMatchObject({ status: "rolled_back", reason: "no", undone: { steps: ["first"], failed: [] } });
    }
  });

  it("ends by the error of an undo that asks for a rollback", async () => {
    const run = await tested(async (ctx) => {
      await ctx.run("go", 1, { step: "first", undo: () => ctx.rollback("within") });
      throw new Error("outer");
    });
    expect(run).toMatchObject({
      status: "failed",
      error: { message: "outer" },
      undone: { steps: [], failed: ["first"] },
    });
  });

  it.each([
    ["all", ["c", "b", "a"]],
    ["critical", ["b"]],
    ["to_checkpoint", ["c"]],
    ["none", undefined],
  ] as const)("follows the strategy %s", async (rollback, steps) => {
    const feature = defineFeature({
      rollback,
      run: async (ctx) => {
        await ctx.step(
          "a",
          () => 1,
          () => {},
        );
        await ctx.step("b", () => 1, { undo: () => {}, critical: true });
        ctx.checkpoint("half", { b: true });
        await ctx.step(
          "c",
          () => 1,
          () => {},
        );
        throw new Error("no");
      },
    });
    const run = await testFeature(feature);
    expect(run.undone?.steps).toEqual(steps);
  });
});

describe("a run", () => {
  it("shows its state", async () => {
    const run = await tested(async (ctx) => {
      ctx.setState("half", { way: [1] });
      await ctx.sleep("1d");
      return ctx.getState("half");
    });
    expect([run.result, run.state]).toEqual([{ way: [1] }, { half: { way: [1] } }]);
  });

  it("writes each line of its log once, however often it is replayed", async () => {
    const lines: string[] = [];
    const handler: Handler = async (ctx) => {
      ctx.log.info("begins", { a: 1 });
      await ctx.run("go");
      ctx.log.info("goes on");
      await ctx.step("own", (own) => own.log.info("works"));
      ctx.log.info("ends");
    };
    await tested(handler, { output: (line) => void lines.push(JSON.parse(line).message) });
    expect(lines).toEqual(["begins", "goes on", "works", "ends"]);
  });

  it("knows its ids", async () => {
    const run = await tested((ctx) => [ctx.jobId, ctx.runNumber, ctx.attempt, ctx.product, ctx.env, ctx.featureTag]);
    expect(run.result).toEqual(["job_test", 1, 1, "test", "test", "feature"]);
  });

  it("refuses an input that its schema does", async () => {
    const feature = defineFeature({ input: z.object({ order: z.string() }), run: () => 1 });
    const run = await testFeature(feature, { input: { order: 7 } });
    expect(run.error).toMatchObject({ code: "VALIDATION_ERROR", message: expect.stringContaining("/order") });
  });

  it("runs other features, which may go on by themselves", async () => {
    const run = await tested((ctx) => ctx.feature("ship", { n: 1 }, { onParentEnd: "abandon" }), {
      features: { ship: (input) => ({ shipped: input }) },
    });
    expect(run.result).toEqual({ shipped: { n: 1 } });
  });

  it("shows its log where a test expects something else", async () => {
    const run = await tested((ctx) => ctx.run("declined"));
    expect(() => run.result).toThrow(
      /failed, with card_declined: no money\nn +after +key +kind +end +brought\n1 +10ms +declined +run +failed/,
    );
    const wrong = tested((ctx) => ctx.run("go", { a: 1 }), {
      expect: ({ result }) => expect(result).toBe(2),
    });
    await expect(wrong).rejects.toThrow(/1 +10ms +go +run +done +{"a":1}/);
  });
});
