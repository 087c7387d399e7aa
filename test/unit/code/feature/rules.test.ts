import nodeCrypto from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { setImmediate as aTurn, setTimeout as aWhile } from "node:timers/promises";
import { defineFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import { after, type TestFeatureOptions, testFeature } from "../../../../lambdas/code/test-feature/test-feature.ts";

type Handler = Parameters<typeof defineFeature>[0]["run"];
const tested = (run: Handler, options: TestFeatureOptions<unknown> = {}) =>
  testFeature(defineFeature({ run }), {
    events: { go: (input) => input, late: () => after("1h", "late") },
    ...options,
  });
const here = expect.stringMatching(/^test\/unit\/code\/feature\/rules\.test\.ts:\d+$/);

describe("keys", () => {
  it("are the event's name, with a number from the second on, or what is given", async () => {
    const run = await tested(async (ctx) => {
      await ctx.run("go");
      await Promise.all([ctx.run("go"), ctx.run("go", {}, { step: "third" })]);
      await ctx.sleep("1s");
      await ctx.sleep("1s");
    });
    expect(run.log.map(({ k }) => k)).toEqual(["go", "go#2", "third", "sleep", "sleep#2"]);
  });

  it("are refused if one is given twice", async () => {
    const run = await tested(async (ctx) => {
      for (const one of [1, 2]) await ctx.run("go", { one }, { step: "mine" });
    });
    expect(run.fault).toMatchObject({ code: "DUPLICATE_KEY", k: "mine", at: here });
    expect(run.fault?.message).toMatch(/mine is the key of two calls \(test.*rules.test.ts:\d+\)\. Each has a key/);
  });

  it.each(["a/b", "a#2", "", "$cancel", "x".repeat(129)])("are no %j", async (step) => {
    const run = await tested((ctx) => ctx.run("go", {}, { step }));
    expect(run.error.message).toContain("is no key of a step");
  });

  it("are at most 10,000", async () => {
    const run = await tested(
      async (ctx) => {
        await Promise.all(Array.from({ length: 10_001 }, (_, i) => ctx.run("go", i)));
      },
      { coldStarts: "never" },
    );
    expect(run.fault).toMatchObject({ code: "TOO_MANY_STEPS", at: here });
    expect(run.fault?.message).toContain("at most 10000 calls of ctx");
    expect(run.fault?.message).toContain("ctx.continueAs(input)");
  });

  it("are warned of from 1,000 on, and a run that begins anew has them again", async () => {
    const run = await testFeature(
      defineFeature({
        run: async (ctx, left: number): Promise<string> => {
          for (let i = 0; i < 1000; i++)
            if (i % 500 === 499) await ctx.run("go", i);
            else void ctx.run("go", i);
          return left === 0 ? "done" : ctx.continueAs(left - 1);
        },
      }),
      { input: 2, events: { go: () => 1 }, coldStarts: "never" },
    );
    expect([run.result, run.continued]).toEqual(["done", 2]);
    expect(run.warnings).toContainEqual(expect.objectContaining({ code: "MANY_STEPS" }));
  });
});

describe("what another replay would not see", () => {
  it("is refused at the call: fetch", async () => {
    const run = await tested(async () => {
      await fetch("http://127.0.0.1:9/").catch(() => "caught");
    });
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", at: here });
    expect(run.fault?.message).toMatch(/used fetch outside of a step \(test.*\)\. .* put it into ctx\.step/);
  });

  it.each([
    ["setTimeout", () => setTimeout(() => {}, 1)],
    ["setInterval", () => setInterval(() => {}, 1)],
    ["setImmediate", () => setImmediate(() => {})],
  ])("is refused at the call: %s", async (name, begin) => {
    let refused: unknown;
    const run = await tested(async () => {
      try {
        begin();
      } catch (error) {
        refused = error;
        throw error;
      }
    });
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", at: here });
    expect(String(refused)).toContain(`${name} outside of ctx.step`);
  });

  it.each([
    ["a timer of a module", () => aWhile(1)],
    ["a turn of the event loop", () => aTurn()],
    ["a file", () => readFile("package.json")],
    ["a digest", () => crypto.subtle.digest("SHA-256", new Uint8Array(1))],
  ])("is found: %s", async (_what, wait) => {
    const run = await tested(async (ctx) => {
      await wait();
      await ctx.run("go");
    });
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", at: here });
  });

  it("is found: a connection that was open before", async () => {
    const server = createServer((accepted) => accepted.on("error", () => {}).resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    const run = await tested(async (ctx) => {
      socket.write("who is there?");
      await ctx.sleep("1d");
    });
    socket.destroy();
    server.close();
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", at: here });
    expect(run.fault?.message).toContain("used a connection outside of a step");
  });

  it("is found beside an open sleep", async () => {
    const run = await tested(async (ctx) => {
      await Promise.all([ctx.sleep("1d"), readFile("package.json")]);
    });
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", at: here });
  });

  it("is found where a promise of elsewhere lets the handler go on", async () => {
    let settle = () => {};
    const elsewhere = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const own = async () => {
      settle();
      await aWhile(5);
    };
    const run = await tested(async (ctx) => {
      await Promise.all([ctx.step("own", own), elsewhere.then(() => ctx.run("go"))]);
    });
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", at: here });
    expect(run.fault?.message).toContain("after the handler had waited for something that ctx has not made");
  });

  it("is found where nothing of ctx is awaited", async () => {
    const run = await tested(() => new Promise(() => {}));
    expect(run.fault).toMatchObject({ code: "NO_PROGRESS" });
    expect(run.fault?.message).toContain("waits for nothing of ctx");
  });

  it("is found where a call comes after own work in a step", async () => {
    const run = await tested((ctx) =>
      ctx.step("mixed", async () => {
        await readFile("package.json");
        return ctx.run("go");
      }),
    );
    expect(run.fault).toMatchObject({ code: "OUTSIDE_STEP", k: "mixed", at: here });
    expect(run.fault?.message).toContain("A step either calls ctx, before it waits for anything else, or does work");
  });
});

describe("a handler that is not deterministic", () => {
  it("is parked where a replay asks for something else", async () => {
    let calls = 0;
    const run = await tested(async (ctx) => {
      await ctx.run("go", { calls: calls++ });
      await ctx.sleep("1s");
    });
    expect(run.fault).toMatchObject({ code: "NON_DETERMINISTIC", k: "go", at: here });
    expect(run.fault?.message).toContain("go asks for something else than when the run's log was written");
  });

  it("is parked where a replay makes another kind of call", async () => {
    let calls = 0;
    const run = await tested(async (ctx) => {
      if (calls++ === 0) await ctx.run("go", {}, { step: "first" });
      else await ctx.sleep("1s", { step: "first" });
    });
    expect(run.fault).toMatchObject({ code: "NON_DETERMINISTIC", k: "first", at: here });
    expect(run.fault?.message).toContain("first is of the kind sleep, and was run");
  });

  it("is parked where a replay does not make a call", async () => {
    let calls = 0;
    const run = await tested(async (ctx) => {
      if (calls++ === 0) await ctx.run("go");
      await ctx.run("late");
    });
    expect(run.fault).toMatchObject({ code: "NON_DETERMINISTIC", k: "go", at: here });
    expect(run.fault?.message).toContain(
      "has go (run) as its entry 1, and the handler has not called it by then: it waits for late",
    );
  });
});

describe("time and chance", () => {
  it("are those of the log in a handler, and real in own code", async () => {
    const seen: unknown[] = [];
    const run = await tested(async (ctx) => {
      const before = [Date.now(), new Date().toISOString(), Math.random(), crypto.randomUUID(), performance.now()];
      const own = await ctx.step("own", () => [Date.now(), Math.random()]);
      await ctx.sleep("2d");
      seen.push(JSON.stringify(before));
      return {
        before,
        own,
        after: [Date.now(), ctx.now(), new Date(2020, 0).getFullYear()],
        drawn: [ctx.random(), ctx.uuid()],
      };
    });
    const result = run.result as Record<string, [number, ...unknown[]]>;
    const start = Date.parse("2030-01-01T00:00:00Z");
    expect(result.before?.slice(0, 2)).toEqual([start, "2030-01-01T00:00:00.000Z"]);
    expect(result.before?.[4]).toBe(0);
    expect(result.after).toEqual([start + 2 * 86_400_000, start + 2 * 86_400_000, 2020]);
    expect(Math.abs((result.own?.[0] ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(result.drawn?.[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(seen).size).toBe(1);
  });

  it("are those of the log by the modules of Node and the formats of a locale, too", async () => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "short" });
    const ids: string[] = [];
    const run = await tested(async (ctx) => {
      const id = nodeCrypto.randomUUID();
      const year = format.formatToParts().find(({ type }) => type === "year")?.value;
      const before = [format.format(), format.format(undefined), year, format.format(0)];
      await ctx.run("go", { id });
      await ctx.sleep("2d");
      ids.push(id);
      return { before, after: format.format(), own: await ctx.step("own", () => format.format()) };
    });
    expect(run.result).toEqual({
      before: ["01/01/2030", "01/01/2030", "2030", "01/01/1970"],
      after: "03/01/2030",
      own: format.format(Date.now()),
    });
    expect(new Set(ids).size).toBe(1);
    expect(nodeCrypto.randomUUID()).not.toBe(nodeCrypto.randomUUID());
    expect(format.format).toBe(format.format);
    expect([format.format(), format.formatToParts()]).toEqual([
      format.format(Date.now()),
      format.formatToParts(Date.now()),
    ]);
  });

  it("are those of the log also where a test moves the time", async () => {
    const real = globalThis.Date;
    await tested(() => 1);
    globalThis.Date = class extends real {} as DateConstructor;
    const run = await tested(() => new Date().getFullYear() + new Date(Date.now()).getFullYear());
    globalThis.Date = real;
    expect(run.result).toBe(4060);
  });

  it("are again those of the process afterwards", async () => {
    await tested(() => 1);
    expect(new Date()).toBeInstanceOf(Date);
    expect(new Date().getFullYear()).toBe(new Date(Date.now()).getFullYear());
    expect(typeof Date()).toBe("string");
  });
});

describe("what is kept", () => {
  it.each([
    ["a Map", () => ({ by: new Map() }), "own returned a Map at /by, which JSON cannot keep (test"],
    ["7 MB", () => "x".repeat(7_000_000), "own returned 7000002 bytes, of at most 6000000 (test"],
  ])("is not %s of own code", async (_what, fn, message) => {
    const run = await tested((ctx) => ctx.step("own", fn as () => string));
    expect(run.error).toMatchObject({ code: "ResultError", step: "own", retryable: false });
    expect(run.error.message).toContain(message);
    expect(run.error.message).toMatch(/rules\.test\.ts:\d+\): /);
  });

  const readable: [string, () => unknown, unknown][] = [
    ["a Proxy", () => new Proxy({ a: [1] }, {}), { a: [1] }],
    ["a list with a method", () => Object.assign([1, 2], { sum() {} }), [1, 2]],
    [
      "an object of a class",
      () =>
        new (class Sum {
          a = 1;
          get b() {
            return 2;
          }
        })(),
      { a: 1 },
    ],
  ];

  it.each(readable)("is %s as JSON has it", async (_what, make, expected) => {
    const run = await tested(
      async (ctx) => {
        const own = await ctx.step("own", make);
        ctx.setState("made", make());
        ctx.checkpoint("made", make());
        const { body } = await ctx.run<{ body: unknown }>("go", { body: make() });
        const again = (await ctx.feature("again", { given: make() })) as { given: unknown };
        return { own, state: ctx.getState("made"), body, again: again.given, made: make() };
      },
      { features: { again: (input) => input } },
    );
    const [own, state, body, again, made] = Array(5).fill(expected);
    expect(run.result).toEqual({ own, state, body, again, made });
  });

  it.each(readable)("is the input of a run that begins anew: %s", async (_what, make, expected) => {
    const run = await testFeature(
      defineFeature({ run: (ctx, given: unknown) => (given === 1 ? ctx.continueAs(make()) : { given }) }),
      { input: 1 },
    );
    expect(run.result).toEqual({ given: expected });
  });

  it("fails the step, or the run, whose value throws where it is read", async () => {
    const odd = () => ({
      get a() {
        throw new Error("not loaded");
      },
    });
    const ofStep = await tested((ctx) => ctx.step("own", odd));
    expect(ofStep.error).toMatchObject({ message: "not loaded", step: "own" });
    expect((await tested(odd)).error).toMatchObject({ message: "not loaded" });
  });

  it("is not a Map that the handler returns", async () => {
    const run = await tested(() => new Map());
    expect(run.error).toMatchObject({ code: "ResultError" });
    expect(run.error.message).toBe("feature returned a Map, which JSON cannot keep: return Object.fromEntries(map).");
  });

  it.each([
    ["a Date", { at: new Date(0) }, "ctx.run takes JSON: a Date at /at would be changed. Give it date.toISOString()."],
    ["7 MB", "x".repeat(7_000_000), "ctx.run takes at most 6000000 bytes, and got 7000002"],
  ])("is not %s that is given to a call", async (_what, input, message) => {
    const run = await tested((ctx) => ctx.run("go", input));
    expect(run.error.message).toContain(message);
  });

  it("is not what a step changes outside of itself", async () => {
    let changed = "";
    const run = await tested(async (ctx) => {
      changed = "nothing";
      await ctx.step("own", () => {
        changed = "something";
      });
      await ctx.sleep("1s");
      return changed;
    });
    expect(run.result).toBe("nothing");
  });

  it("is not what a step sets of the run", async () => {
    const run = await tested((ctx) =>
      ctx.step("own", async () => {
        await aTurn();
        ctx.setState("a", 1);
      }),
    );
    expect(run.error.message).toContain("ctx.setState in a step is lost");
  });

  it("is a copy of what a call was given", async () => {
    const run = await tested(async (ctx) => {
      const body = { n: 1 };
      const sent = ctx.run("go", body);
      body.n = 2;
      return sent;
    });
    expect(run.result).toEqual({ n: 1 });
  });
});

describe("bad arguments", () => {
  it.each<[string, Handler]>([
    ["is no duration", (ctx) => ctx.sleep("soon")],
    ["ctx.sleepUntil needs a Date", (ctx) => ctx.sleepUntil("tomorrow")],
    ["ctx.sleepUntil needs a Date", (ctx) => ctx.sleepUntil(null as never)],
    ["ctx.sleepUntil needs a Date", (ctx) => ctx.sleepUntil(true as never)],
    ["ctx.sleepUntil needs a Date", (ctx) => ctx.sleepUntil(new Date("no day"))],
    ["ctx.sleepUntil needs a Date", (ctx) => ctx.sleepUntil("2031-01-01T09:00:00")],
    ["ctx.run has no option `retries`: there are `step`, `undo`", (ctx) => ctx.run("go", {}, { retries: 2 } as never)],
    ["ctx.feature has no option `key`", (ctx) => ctx.feature("go", {}, { key: "k" } as never)],
    ["ctx.step has no option `allow_fail`", (ctx) => ctx.step("s", () => 1, { allow_fail: true } as never)],
    ["ctx.step: its options are an object", (ctx) => ctx.step("s", () => 1, "5m" as never)],
    ["ctx.sleep has no option `key`", (ctx) => ctx.sleep("1s", { key: "k" } as never)],
    ["ctx.sleepUntil has no option `key`", (ctx) => ctx.sleepUntil(0, { key: "k" } as never)],
    [
      "ctx.waitForSignal has no option `timeout_ms`",
      (ctx) => ctx.waitForSignal("a" as never, { timeout_ms: 1 } as never),
    ],
    ["ctx.approve has no option `choice`", (ctx) => ctx.approve({ title: "May I?", choice: ["yes"] } as never)],
    ["declares no signal paid", (ctx) => ctx.waitForSignal("paid" as never)],
    ["needs the tag of an event", (ctx) => ctx.run("")],
    ["needs a function", (ctx) => ctx.step("a", "b" as never)],
    ["ctx.approve needs a title", (ctx) => ctx.approve({ title: "" })],
    ["`otherwise` is fail, or one of approve, reject", (ctx) => ctx.approve({ title: "?", otherwise: "maybe" })],
    ["is neither a call of ctx nor a function", (ctx) => ctx.race({ a: Promise.resolve(1) })],
    ["ctx.race needs branches", (ctx) => ctx.race({})],
    ["`undo` is a function", (ctx) => ctx.run("go", {}, { undo: "no" as never })],
  ])("fail the run: %s", async (message, handler) => {
    expect((await tested(handler)).error.message).toContain(message);
  });

  it("of defineFeature throw", () => {
    expect(() => defineFeature({} as never)).toThrow("needs `run`");
    expect(() => defineFeature({ input: {} as never, run: () => 1 })).toThrow("`input` is no Standard Schema");
    expect(() => defineFeature({ signal: {}, run: () => 1 } as never)).toThrow("defineFeature has no option `signal`");
    expect(() => defineFeature({ signals: { a: {} as never }, run: () => 1 })).toThrow("`signals.a` is no Standard");
    expect(() => defineFeature({ rollback: "some" as never, run: () => 1 })).toThrow("`rollback` is one of all");
  });
});
