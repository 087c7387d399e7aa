import { Decisions } from "../../../lambdas/code/feature/answer-decide.ts";
import type { FeatureContext } from "../../../lambdas/code/feature/context.ts";
import { type CodeFeature, defineFeature } from "../../../lambdas/code/feature/define-feature.ts";
import { After, FakeEngine, type Playing } from "../../../lambdas/code/test-feature/fake-engine.ts";
import { fc } from "../properties.ts";

/** A statement of a handler. Each has a name that is unlike any other of the handler. */
export type Statement =
  | { do: "run"; ms: number; fails: boolean; undo: "none" | "own" | "job" }
  | { do: "sleep"; ms: number }
  | { do: "own"; fails: boolean }
  | { do: "wait"; ms: number }
  | { do: "note" }
  | { do: "rollback" }
  | { do: "ignored"; ms: number }
  | { do: "scope" | "try"; body: Statement[] }
  | { do: "loop"; times: number; body: Statement[] }
  | { do: "all" | "settled" | "race" | "any" | "first"; branches: Statement[][] };

const ms = fc.constantFrom(0, 10, 10, 20, 1000, 60_000);
const rarely = fc.nat(6).map((n) => n === 0);

const blocks = (inParallel: boolean): fc.Arbitrary<Statement[]> =>
  fc.letrec<{ block: Statement[]; one: Statement }>((tie) => {
    const body = tie("block");
    const branches = fc.array(tie("block"), { minLength: 2, maxLength: 3 });
    return {
      block: fc.array(tie("one"), { minLength: 1, maxLength: 4, depthIdentifier: "block" }),
      one: fc.oneof(
        { depthSize: "small", maxDepth: 4, depthIdentifier: "block" },
        fc.record({
          do: fc.constant("run" as const),
          ms,
          fails: rarely,
          undo: fc.constantFrom("none", "none", "own", "job"),
        }),
        fc.record({ do: fc.constant("sleep" as const), ms }),
        fc.record({ do: fc.constant("own" as const), fails: rarely }),
        fc.record({ do: fc.constant("note" as const) }),
        fc.record({ do: fc.constant("wait" as const), ms }),
        fc.record({ do: fc.constantFrom("scope" as const, "try" as const), body }),
        fc.record({ do: fc.constant("loop" as const), times: fc.integer({ min: 1, max: 3 }), body }),
        ...(inParallel
          ? [
              fc.record({ do: fc.constant("ignored" as const), ms }),
              fc.record({
                do: fc.constantFrom("all", "settled", "race", "any", "first" as const),
                branches,
              }) as fc.Arbitrary<Statement>,
            ]
          : []),
        fc.record({ do: fc.constant("rollback" as const) }),
      ),
    };
  }).block;

/** Handlers of every form that people write, up to a depth. */
export const statements = blocks(true);
/** Those that have one thing open at a time. */
export const sequences = blocks(false);

const pinged = {
  pinged: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } },
} as const;
type Context = FeatureContext<typeof pinged>;

/** The handler of statements. What it returns shows the order in which everything has happened, and when. */
export const handlerOf = (block: readonly Statement[]): CodeFeature =>
  defineFeature({
    signals: pinged,
    run: async (ctx: Context) => {
      const seen: unknown[] = [];
      const counts = new Map<string, number>();
      const named = (name: string) => {
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        return `${name}:${count}`;
      };
      const see = (what: unknown) => {
        seen.push(what);
        ctx.setState("seen", seen.length);
      };
      const each = async (body: readonly Statement[], at: string): Promise<unknown> => {
        let last: unknown;
        for (const [i, one] of body.entries()) last = await run(one, `${at}${i}`);
        return last;
      };
      const run = async (one: Statement, at: string): Promise<unknown> => {
        switch (one.do) {
          case "run": {
            const { ms, fails, undo } = one;
            const step = named(`run-${at}`);
            const undos = {
              none: null,
              own: () => see(`undone ${step}`),
              job: () => ctx.run("go", { ms, undoes: step }),
            };
            const brought = await ctx.run(
              "go",
              { ms, fails, at: ctx.now(), n: ctx.random() },
              { step, undo: undos[undo] },
            );
            see([step, ctx.now(), brought]);
            return brought;
          }
          case "sleep":
            await ctx.sleep(one.ms);
            return see(["slept", at, Date.now()]);
          case "own": {
            const key = named(`own-${at}`);
            const value = await ctx.step(key, () => {
              if (one.fails) throw new Error(`${key} fails`);
              return key;
            });
            return see(value);
          }
          case "wait": {
            const got = await ctx.waitForSignal("pinged", {
              timeout: one.ms,
              otherwise: "continue",
              step: named(`wait-${at}`),
            });
            return see(got);
          }
          case "note":
            return see([at, ctx.now(), Math.random(), ctx.uuid()]);
          case "rollback":
            return ctx.rollback(at);
          case "ignored":
            void ctx.run("go", { ms: one.ms }, { step: named(`ignored-${at}`) });
            return see(["ignored", at]);
          case "scope":
            return ctx.step(named(`scope-${at}`), async () => {
              see(["in", at, ctx.now()]);
              await each(one.body, `${at}.`);
              return see(["out", at]);
            });
          case "try":
            try {
              return await each(one.body, `${at}.`);
            } catch (error) {
              return see(["caught", (error as Error).message]);
            }
          case "loop":
            for (let i = 0; i < one.times; i++) await each(one.body, `${at}.`);
            return undefined;
          default: {
            const begun = one.branches.map((body, i) => () => each(body, `${at}${"abc"[i]}`));
            switch (one.do) {
              case "all":
                return Promise.all(begun.map((begin) => begin()));
              case "settled":
                return Promise.allSettled(begun.map((begin) => begin()));
              case "race":
                return Promise.race(begun.map((begin) => begin()));
              case "any":
                return Promise.any(begun.map((begin) => begin()));
              default:
                return see((await ctx.race(Object.fromEntries(begun.map((begin, i) => [`b${i}`, begin])))).winner);
            }
          }
        }
      };
      await each(block, "");
      return seen;
    },
  }) as unknown as CodeFeature;

const run = {
  ...{ id: "job_1", run: 1, attempt: 1, product: "p", env: "dev", feature: "random" },
  ...{ definition: "def_1", seed: "seed", started_at: 1_000_000 },
};

/** Plays a run of it. `coldBefore` and `diesAt` say where the processes die. */
export async function played(
  feature: CodeFeature,
  playing: Omit<Playing, "code"> = {},
  { cancelAfter }: { cancelAfter?: number | undefined } = {},
) {
  const host = { find: async () => ({ feature, definition: "def_1" }), resolve: async () => "", write: () => {} };
  const world = {
    events: {
      go: ({ ms: takes, fails, ...given }: { ms: number; fails?: boolean }) => {
        if (fails) throw Object.assign(new Error("no"), { code: "declined" });
        return new After(takes, given);
      },
    },
    features: {},
    approvals: {},
    signals: [0, 10, 25, 5000].map((ms) => ({ signal: "pinged", payload: { ms }, at: run.started_at + ms })),
    ...(cancelAfter !== undefined && { cancelAt: run.started_at + cancelAfter }),
  };
  const engine = new FakeEngine(run, { given: 1 }, world, {
    ...playing,
    code: () => new Decisions(host),
    mostDecisions: 1000,
  });
  const end = await engine.play();
  return {
    end,
    log: engine.log,
    state: engine.state,
    jobs: engine.jobs.map(({ key, input }) => ({ key, input })),
    engine,
  };
}

/** What a replay of the whole log answers. */
export function replayed(feature: CodeFeature, { scopes }: FakeEngine, log: FakeEngine["log"]) {
  const host = { find: async () => ({ feature, definition: "def_1" }), resolve: async () => "", write: () => {} };
  const sent = JSON.parse(JSON.stringify(log));
  return new Decisions(host).decide({
    ...{
      v: 1,
      kind: "decide",
      decision: 1,
      deadline_ms: 25_000,
      now: 0,
      run,
      input: { v: { given: 1 } },
      from: 0,
      log: sent,
      scopes,
    },
  });
}
