import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type DecideOptions, Decisions } from "../../../../lambdas/code/feature/answer-decide.ts";
import type { FeatureContext } from "../../../../lambdas/code/feature/context.ts";
import { type CodeFeature, defineFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import type { DecideMessage, LogEntry, StepMessage } from "../../../../lambdas/core/job/decide-messages.ts";

const run = {
  ...{ id: "job_1", run: 1, attempt: 1, product: "shop", env: "dev", feature: "ship" },
  ...{ definition: "def_1", seed: "s", started_at: 1000 },
};
const aDecision = (overrides: Partial<DecideMessage> = {}): DecideMessage => ({
  ...{ v: 1, kind: "decide", decision: 1, deadline_ms: 25_000, now: 1000, run, input: { v: null }, from: 0, log: [] },
  ...overrides,
});
const done = (n: number, k: string, v: unknown = n): LogEntry => ({
  n,
  k,
  c: "run",
  e: "done",
  at: 1000 + n,
  value: { v },
});

function deciding(handler: Parameters<typeof defineFeature>[0]["run"], options: DecideOptions = {}) {
  const feature = defineFeature({ run: handler }) as CodeFeature;
  const host = {
    find: async ({ definition }: { definition: string }) =>
      definition === "def_0"
        ? ({ code: "UNKNOWN_DEFINITION", message: "gone" } as const)
        : { feature, definition: "def_1" },
    resolve: async () => "s3cret",
    write: () => {},
  };
  return new Decisions(host, options);
}

const five = deciding.bind(undefined, async (ctx) => {
  const brought: unknown[] = [];
  for (const step of ["a", "b", "c", "d", "e"]) brought.push(await ctx.run("go", { step }, { step }));
  return brought;
});

/** Begins a scope, which makes a call, as soon as `x` has ended, beside `y`. */
const scopeBesideY = async (ctx: FeatureContext) => {
  await ctx.run("go", {}, { step: "first", undo: () => ctx.run("back", {}, { step: "back" }) });
  const inner = () => ctx.run("go", {}, { step: "inner", undo: () => 1 });
  const scoped = async () => {
    await ctx.run("go", {}, { step: "x" });
    await ctx.step("scope", inner);
  };
  await Promise.all([scoped(), ctx.run("go", {}, { step: "y" })]);
};

describe("a decision", () => {
  it("answers what is begun, and what it has seen", async () => {
    expect(await five().decide(aDecision())).toEqual({
      ...{ v: 1, seen: 0, definition: "def_1", outcome: { is: "waiting" }, ran: [], state: {}, warnings: [] },
      commands: [{ c: "run", k: "a", f: expect.any(String), event: "go", input: { step: "a" } }],
    });
  });

  it("goes on from where it was, with what is new", async () => {
    const decisions = five();
    await decisions.decide(aDecision());
    const next = await decisions.decide(aDecision({ from: 0, log: [done(1, "a")] }));
    expect(next).toMatchObject({ seen: 1, commands: [{ k: "b" }] });
    const both = await decisions.decide(aDecision({ from: 1, log: [done(2, "b"), done(3, "c")] }));
    expect(both).toMatchObject({ seen: 3, commands: [{ k: "d" }] });
  });

  describe("whose log has large values", () => {
    const large = (n: number, bytes = 2000): LogEntry => ({
      ...done(n, `k${n}`),
      value: { url: `https://values.example/${n}`, sha256: "", bytes },
    });
    const count = 100;
    const reading = (load: (n: number) => Promise<unknown>) => {
      const feature = defineFeature({
        async run(ctx) {
          const brought: unknown[] = [];
          for (let n = 1; n <= count; n++) brought.push(await ctx.run("go", {}, { step: `k${n}` }));
          return brought;
        },
      }) as CodeFeature;
      return new Decisions({
        find: async () => ({ feature, definition: "def_1" }),
        resolve: async () => "",
        write: () => {},
        load: async (sent) => ("v" in sent ? sent.v : load(Number(sent.url.split("/").at(-1)))),
      });
    };
    const log = (bytes?: number) => Array.from({ length: count }, (_, i) => large(i + 1, bytes));

    it("reads them ahead, so that a replay does not wait for one after the other", async () => {
      let [open, most] = [0, 0];
      const load = async (n: number) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, n % 3));
        open--;
        return n;
      };
      const answer = await reading(load).decide(aDecision({ log: log() }));
      expect(answer).toMatchObject({
        seen: count,
        outcome: { is: "completed", value: { v: log().map(({ n }) => n) } },
      });
      expect(most).toBeGreaterThan(10);
      expect(most).toBeLessThan(50);
    });

    it("holds only few of them that are very large", async () => {
      let [held, most] = [0, 0];
      const load = async (n: number) => {
        most = Math.max(most, ++held);
        await new Promise((resolve) => setTimeout(resolve, 1));
        held--;
        return n;
      };
      await reading(load).decide(aDecision({ log: log(5_000_000) }));
      expect(most).toBeLessThan(4);
    });

    it("fails where one cannot be read, and ends no process by those behind it", async () => {
      const load = async (n: number) => {
        if (n > 50) throw new Error(`gone: ${n}`);
        return n;
      };
      await expect(reading(load).decide(aDecision({ log: log() }))).rejects.toThrow("gone: 51");
    });
  });

  it("asks for the log where it has not seen what came before", async () => {
    const need = { v: 1, need: { from: 0 } };
    const decisions = five();
    expect(await decisions.decide(aDecision({ from: 1, log: [done(2, "b")] }))).toEqual(need);
    await decisions.decide(aDecision({ log: [done(1, "a")] }));
    expect(await decisions.decide(aDecision({ from: 2, log: [done(3, "c")] }))).toEqual(need);
  });

  it("asks for the whole log where an entry is missing that its handler would not miss", async () => {
    const decisions = deciding((ctx) => Promise.all(["a", "b", "c"].map((step) => ctx.run("go", {}, { step }))));
    await decisions.decide(aDecision({ log: [done(1, "a")] }));
    const answer = await decisions.decide(aDecision({ from: 2, log: [done(3, "c")] }));
    expect(answer).toEqual({ v: 1, need: { from: 0 } });
  });

  it("does not go on with a handler of another job that had the same id, or of the run before it began anew", async () => {
    const decisions = deciding(async (ctx, input: unknown) => ctx.run("go", { input }));
    const other = { run: { ...run, seed: "another" }, input: { v: "another" } };
    await decisions.decide(aDecision());
    expect(await decisions.decide(aDecision(other))).toMatchObject({ commands: [{ input: { input: "another" } }] });
  });

  const own = (n: number, k: string, f = "step"): LogEntry => ({ ...done(n, k, 1), c: "step", f });

  /** As the engine asks a process that has seen the first entry. */
  const askedAgain = async (process: Decisions, log: LogEntry[]) => {
    const answer = await process.decide(aDecision({ from: 1, log: log.slice(1) }));
    return "need" in answer ? process.decide(aDecision({ log })) : answer;
  };

  it("undoes own code in the same order, whichever process goes on", async () => {
    const handler = async (ctx: FeatureContext) => {
      await ctx.run("go", {}, { step: "first", undo: () => ctx.run("back", {}, { step: "back" }) });
      await Promise.race([ctx.step("quick", () => 1), ctx.step("own", () => 2, { undo: () => 3 })]);
      throw new TypeError("no");
    };
    const warm = deciding(handler as never);
    await warm.decide(aDecision({ log: [done(1, "first")] }));
    const log = [done(1, "first"), own(2, "quick"), own(3, "own")];
    const undone = { commands: [{ k: "undo:first/back" }], ran: [] };
    expect(await askedAgain(warm, log)).toMatchObject(undone);
    expect(await deciding(handler as never).decide(aDecision({ log }))).toMatchObject(undone);
    const more = [...log, done(4, "undo:first/back"), own(5, "undo:first", "scope")];
    for (const process of [warm, deciding(handler as never)])
      expect(await process.decide(aDecision({ log: more }))).toMatchObject({ commands: [], ran: [{ k: "undo:own" }] });
    // Its results were lost with the answer: who has run it brings them, before the run ends.
    const without = [done(1, "first"), own(2, "quick"), own(3, "undo:first", "scope")];
    const late = deciding(handler as never);
    await late.decide(aDecision({ log: [done(1, "first")] }));
    expect(await askedAgain(late, without)).toMatchObject({ ran: [{ k: "own" }] });
    expect(await deciding(handler as never).decide(aDecision({ log: without }))).toMatchObject({
      outcome: { is: "failed" },
    });
    // The log brings them after the undo of all else.
    expect(await deciding(handler as never).decide(aDecision({ log: [...without, own(4, "own")] }))).toMatchObject({
      ran: [{ k: "undo:own" }],
    });
  });

  it("asks for the whole log before it calls a suspended handler non-deterministic", async () => {
    const handler = async (ctx: FeatureContext) => {
      await ctx.run("go", {}, { step: "first", undo: () => ctx.run("back", {}, { step: "back" }) });
      const inner = () => ctx.run("go", {}, { step: "inner", undo: () => 1 });
      await Promise.all([ctx.step("scope", inner), ctx.run("go", {}, { step: "fails" })]);
    };
    const failed: LogEntry = { n: 2, k: "fails", c: "run", e: "failed", at: 1002, error: { code: "X", message: "no" } };
    const warm = deciding(handler as never);
    await warm.decide(aDecision({ log: [done(1, "first")] }));
    await warm.decide(aDecision({ from: 1, log: [failed] }));
    // Another process has never begun the scope, and has not waited for the job in it.
    const undone = own(3, "undo:first", "scope");
    expect(await warm.decide(aDecision({ from: 2, log: [undone] }))).toEqual({ v: 1, need: { from: 0 } });
    const whole = aDecision({ log: [done(1, "first"), failed, undone] });
    expect(await warm.decide(whole)).toMatchObject({ outcome: { is: "failed" } });
    // One that is given the whole log at once does not ask for it.
    const given = deciding(handler as never);
    await given.decide(aDecision({ log: [done(1, "first")] }));
    await given.decide(aDecision({ from: 1, log: [failed] }));
    expect(await given.decide(whole)).toMatchObject({ outcome: { is: "failed" } });
  });

  it("knows of a longer log no more than any other process, although it has found a scope in a shorter one", async () => {
    const log = [done(1, "first"), done(2, "x"), done(3, "y")];
    const process = deciding(scopeBesideY as never);
    await process.decide(aDecision({ log: log.slice(0, 1) }));
    // The scope was called by an entry before the last, so that it has to begin there.
    const found = aDecision({ from: 1, log: log.slice(1) });
    expect(await process.decide(found)).toEqual({ v: 1, need: { from: 0 } });
    // Another process has been asked instead, and the run was cancelled before what it had begun was recorded.
    const cancel: LogEntry = { n: 4, k: "$cancel", c: "cancel", e: "cancel", at: 1004 };
    const whole = aDecision({ log: [...log, cancel, own(5, "undo:first", "scope")] });
    expect(await process.decide(whole)).toMatchObject({ outcome: { is: "cancelled" } });
    expect(await deciding(scopeBesideY as never).decide(whole)).toMatchObject({ outcome: { is: "cancelled" } });
  });

  it("knows what another process has begun meanwhile", async () => {
    const warm = deciding(scopeBesideY as never);
    await warm.decide(aDecision({ log: [done(1, "first")] }));
    // The other one has answered at the second entry that the scope makes a call, which is recorded.
    const failed: LogEntry = { n: 3, k: "y", c: "run", e: "failed", at: 1003, error: { code: "X", message: "no" } };
    const log = [done(1, "first"), done(2, "x"), failed];
    const whole = aDecision({ log, scopes: ["scope"], shown: 2 });
    const closing = { outcome: { is: "waiting" }, commands: [{ c: "close", k: "scope/inner" }], ran: [] };
    for (const process of [warm, deciding(scopeBesideY as never)])
      expect(await process.decide(whole)).toMatchObject(closing);
  });

  it("undoes a run whose handler has returned, and that was cancelled before that was recorded", async () => {
    const undone: string[] = [];
    const undo = (key: string) => async () => void undone.push(key);
    const handler = async (ctx: FeatureContext) => {
      await ctx.run("go", {}, { step: "charge", undo: undo("charge") });
      const late = ctx.run("go", {}, { step: "late", undo: undo("late") });
      const lost = ctx.run("go", {}, { step: "lost", undo: undo("lost") });
      return Promise.race([late, lost, ctx.run("go", {}, { step: "first" })]);
    };
    // It has returned at the second entry, and one of the others has ended all the same.
    const log = [done(1, "charge"), done(2, "first"), done(3, "late")];
    expect(await deciding(handler as never).decide(aDecision({ log }))).toMatchObject({ outcome: { is: "completed" } });
    const cancel: LogEntry = { n: 4, k: "$cancel", c: "cancel", e: "cancel", at: 1004 };
    const decisions = deciding(handler as never);
    expect(await decisions.decide(aDecision({ log: [...log, cancel] }))).toMatchObject({
      ...{ outcome: { is: "waiting" }, commands: [{ c: "close", k: "lost" }], ran: [] },
    });
    const closed = [{ ...done(5, "lost") }];
    const answer = await decisions.decide(aDecision({ from: 4, log: closed }));
    expect(answer).toMatchObject({ outcome: { is: "waiting" }, ran: [{ k: "undo:lost" }] });
    const whole = [...log, cancel, ...closed, ...["lost", "late", "charge"].map((k, i) => own(6 + i, `undo:${k}`))];
    expect(await deciding(handler as never).decide(aDecision({ log: whole }))).toMatchObject({
      outcome: { is: "cancelled", undone: { steps: ["lost", "late", "charge"], failed: [] } },
    });
    expect(undone).toEqual(["lost"]);
  });

  it("does not run own code again that had ended after the handler returned, where the run was cancelled then", async () => {
    const ran: string[] = [];
    const undone: string[] = [];
    const handler = async (ctx: FeatureContext) => {
      const loser = ctx.step(
        "loser",
        () => ran.push("loser"),
        () => undone.push("loser"),
      );
      return Promise.race([ctx.step("winner", () => ran.push("winner")), loser]);
    };
    const cancel: LogEntry = { n: 3, k: "$cancel", c: "cancel", e: "cancel", at: 1003 };
    const log = [own(1, "winner"), own(2, "loser"), cancel];
    expect(await deciding(handler as never).decide(aDecision({ log }))).toMatchObject({ ran: [{ k: "undo:loser" }] });
    expect({ ran, undone }).toEqual({ ran: [], undone: ["loser"] });
    const goingOn = deciding(handler as never);
    expect(await goingOn.decide(aDecision({ log: [] }))).toMatchObject({ ran: [{ k: "loser" }, { k: "winner" }] });
    expect(await goingOn.decide(aDecision({ log }))).toMatchObject({ ran: [{ k: "undo:loser" }] });
    expect({ ran, undone }).toEqual({ ran: ["loser", "winner"], undone: ["loser", "loser"] });
  });

  it("takes what it has seen again, if its answer was lost", async () => {
    const decisions = five();
    await decisions.decide(aDecision({ log: [done(1, "a")] }));
    const message = aDecision({ from: 1, log: [done(2, "b")] });
    const first = await decisions.decide(message);
    expect(await decisions.decide(message)).toEqual(first);
    expect(first).toMatchObject({ seen: 2, commands: [{ k: "c" }] });
  });

  it("gives up what was used longest ago", async () => {
    const decisions = five({ keep: 2 });
    const of = (id: string, from: number, log: LogEntry[]) =>
      decisions.decide(aDecision({ run: { ...run, id }, from, log }));
    for (const id of ["job_1", "job_2"]) await of(id, 0, [done(1, "a")]);
    await of("job_1", 1, [done(2, "b")]);
    await of("job_3", 0, [done(1, "a")]);
    expect(await of("job_1", 2, [done(3, "c")])).toMatchObject({ seen: 3 });
    expect(await of("job_2", 1, [done(2, "b")])).toEqual({ v: 1, need: { from: 0 } });
  });

  it("of a run is another than that of its next attempt", async () => {
    const decisions = five();
    await decisions.decide(aDecision({ log: [done(1, "a")] }));
    const again = aDecision({ run: { ...run, attempt: 2 }, from: 1, log: [done(2, "b")] });
    expect(await decisions.decide(again)).toEqual({ v: 1, need: { from: 0 } });
  });

  it("takes a long log in several messages, and neither begins nor ends anything before the last", async () => {
    const decisions = five();
    const part = await decisions.decide(aDecision({ log: [done(1, "a"), done(2, "b")], more: true, shown: 3 }));
    expect(part).toMatchObject({ seen: 2, outcome: { is: "waiting" }, commands: [], ran: [] });
    const end = [done(3, "c"), done(4, "d"), done(5, "e")];
    const early = await decisions.decide(aDecision({ from: 2, log: end, more: true, shown: 3 }));
    expect(early).toMatchObject({ seen: 5, outcome: { is: "waiting" } });
    const last = await decisions.decide(aDecision({ from: 5, log: [] }));
    expect(last).toMatchObject({ outcome: { is: "completed", value: { v: [1, 2, 3, 4, 5] } } });
  });

  it("finds the parts of the handler again, wherever a long log is divided", async () => {
    const scoped = () =>
      deciding(async (ctx) => {
        const other = ctx.run("go", {}, { step: "other" });
        await ctx.run("go", {}, { step: "first" });
        const inner = ctx.step("scope", () => ctx.run("go", ctx.now(), { step: "in" }));
        return [await other, await inner];
      });
    const log = [
      done(1, "first"),
      done(2, "other"),
      done(3, "scope/in"),
      { ...done(4, "scope"), c: "step" as const, f: "scope" },
    ];
    for (let at = 1; at < log.length; at++) {
      const decisions = scoped();
      const pages = [log.slice(0, at), log.slice(at)];
      const send = async () => {
        await decisions.decide(aDecision({ log: pages[0] as LogEntry[], more: true }));
        return decisions.decide(aDecision({ from: at, log: pages[1] as LogEntry[] }));
      };
      let answer = await send();
      if ("need" in answer) answer = await send();
      expect(answer).toMatchObject({ seen: 4, outcome: { is: "completed", value: { v: [2, 4] } } });
    }
  });

  it("begins the parts of the handler where they were called, also if the message brought more", async () => {
    const decisions = deciding(async (ctx) => {
      void ctx.run("go", {}, { step: "other" });
      await ctx.sleep(1000);
      await ctx.step("scope", () => ctx.sleep("1h"));
    });
    const log: LogEntry[] = [
      { n: 1, k: "sleep", c: "sleep", e: "fired", at: 2000 },
      { ...done(2, "other"), at: 3000 },
    ];
    const command = expect.objectContaining({ k: "scope/sleep", until: 2000 + 3_600_000 });
    expect(await decisions.decide(aDecision({ log }))).toMatchObject({ commands: [command] });
  });

  it("is refused for what is not there any more", async () => {
    const message = aDecision({ run: { ...run, definition: "def_0" } });
    expect(await five().decide(message)).toEqual({ v: 1, refuse: { code: "UNKNOWN_DEFINITION", message: "gone" } });
  });

  it("parks a run whose log another version wrote, by the key and line", async () => {
    const log: LogEntry[] = [{ ...done(1, "a"), f: "another" }];
    expect(await five().decide(aDecision({ log }))).toMatchObject({
      fault: { code: "NON_DETERMINISTIC", k: "a", at: expect.stringMatching(/decisions\.test\.ts:\d+$/) },
    });
    const former: LogEntry[] = [{ n: 1, k: "approval", c: "approve", e: "done", at: 1001 }];
    expect(await five().decide(aDecision({ log: former }))).toMatchObject({
      fault: { code: "NON_DETERMINISTIC", k: "approval", message: expect.stringContaining("it waits for a (") },
    });
  });

  it("tolerates fields that it does not know, of messages and entries", async () => {
    const log = [{ ...done(1, "a"), colour: "blue" }];
    expect(await five().decide({ ...aDecision({ log }), mood: "good" } as DecideMessage)).toMatchObject({ seen: 1 });
  });
});

describe("a value behind a link", () => {
  const body = JSON.stringify({ large: true });
  const sha256 = createHash("sha256").update(body).digest("hex");
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/value" ? 200 : 404;
    response.end(body);
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const linked = (path: string, hash = sha256) =>
    deciding((ctx, input) => Promise.all([input, ctx.run("a")])).decide(
      aDecision({
        input: { url: `${url}${path}`, sha256: hash, bytes: body.length },
        log: [{ ...done(1, "a"), value: { url: `${url}${path}`, sha256: hash, bytes: body.length } }],
      }),
    );

  it("is read when it is delivered", async () => {
    const v = [{ large: true }, { large: true }];
    expect(await linked("/value")).toMatchObject({ outcome: { is: "completed", value: { v } } });
  });

  it.each([
    ["cannot be read", "/gone", sha256, "its link answered 404"],
    ["is another", "/value", "0".repeat(64), "not what it was when it was logged"],
  ])("fails the decision where it %s", async (_what, path, hash, message) => {
    await expect(linked(path, hash)).rejects.toThrow(message);
  });
});

describe("a step that is a job", () => {
  const long = (fn: () => unknown) =>
    deciding(async (ctx) => {
      const first = await ctx.run("a");
      return ctx.step("long", fn ?? (() => first), { timeout: "10m" });
    });
  const aStep = (overrides: Partial<StepMessage> = {}): StepMessage => {
    const { decision: _, kind: __, ...replayed } = aDecision({ log: [done(1, "a")] });
    return { ...replayed, kind: "step", key: "long", attempt: 1, idempotency_key: "x", ...overrides };
  };

  it("is commanded, and run alone", async () => {
    const decisions = long(() => 42);
    expect(await decisions.decide(aDecision({ log: [done(1, "a")] }))).toMatchObject({
      commands: [{ c: "step", k: "long", f: "step", timeout_ms: 600_000 }],
    });
    expect(await decisions.step(aStep())).toEqual({ v: 1, outcome: { is: "completed", value: { v: 42 } } });
  });

  it("fails as a function does", async () => {
    const thrown = await long(() => {
      throw Object.assign(new Error("no"), { retryAfter: "1m" });
    }).step(aStep());
    expect(thrown).toMatchObject({
      outcome: { is: "failed", by: "threw", error: { message: "no" }, retry_after_ms: 60_000 },
    });
    expect(await long(() => new Map()).step(aStep())).toMatchObject({ outcome: { by: "result" } });
    const late = { outcome: { by: "timeout", error: { message: "long had not ended after 5 ms." } } };
    expect(await long(() => new Promise(() => {})).step(aStep({ deadline_ms: 5 }))).toMatchObject(late);
  });

  it("does not begin where the replay of its handler has taken all of its time", async () => {
    let begun = 0;
    const late = { outcome: { by: "timeout", error: { message: "long had not ended after 0 ms." } } };
    expect(await long(() => begun++).step(aStep({ deadline_ms: 0 }))).toMatchObject(late);
    expect(begun).toBe(0);
  });

  it("is parked where the handler does not call it", async () => {
    expect(await long(() => 1).step(aStep({ key: "other" }))).toMatchObject({
      fault: { code: "NON_DETERMINISTIC", k: "other" },
    });
  });
});

describe("results of own code", () => {
  it("that are large together come in several answers, and run once", async () => {
    let ran = 0;
    const decisions = deciding((ctx) =>
      Promise.all(
        ["a", "b", "c"].map((key) =>
          ctx.step(key, () => {
            ran += 1;
            return "x".repeat(2_000_000);
          }),
        ),
      ),
    );
    const first = await decisions.decide(aDecision());
    if (!("ran" in first)) throw new Error("not decided");
    expect(first.ran.map(({ k }) => k)).toEqual(["a", "b"]);
    const log = first.ran.map((one, i): LogEntry => ({ ...one, n: i + 1, at: 2000 }));
    const second = await decisions.decide(aDecision({ shown: 0, log }));
    expect(second).toMatchObject({ seen: 2, ran: [{ k: "c" }] });
    expect(ran).toBe(3);
  });
});
