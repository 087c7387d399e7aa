import { Decisions, type FeatureHost } from "../../lambdas/code/feature/answer-decide.ts";
import { type CodeFeature, defineFeature } from "../../lambdas/code/feature/define-feature.ts";
import { FakeEngine } from "../../lambdas/code/test-feature/fake-engine.ts";
import type { DecideAnswer, DecideMessage } from "../../lambdas/core/job/decide-messages.ts";
import { duration, median, type Section, table } from "../part.ts";

/** A process of the code dies so often. */
const coldEvery = 100;
const aPage = 1000;
const repeats = 5;

/** One step after the other, and a new log after each page of them, if there are pages. */
const steps = (page: number) =>
  defineFeature({
    run: async (ctx, left: number): Promise<string> => {
      for (let i = 0; i < Math.min(left, page); i++) await ctx.run("go", { body: { order: `A-${left - i}` } });
      return left <= page ? "done" : ctx.continueAs(left - page);
    },
  }) as unknown as CodeFeature;

const run = {
  ...{ id: "job_0190aa5e7f2b7c3d9e4f5a6b7c8d9e0f", run: 1, attempt: 1, product: "shop", env: "prd", feature: "steps" },
  ...{ definition: "def_1", seed: "seed", started_at: 1_700_000_000_000 },
};
const hostOf = (feature: CodeFeature): FeatureHost => ({
  find: async () => ({ feature, definition: "def_1" }),
  resolve: async () => "",
  write: () => {},
});

interface Measured {
  decisions: number;
  sent: number;
  answered: number;
  ms: number;
}

async function measured(many: number, page: number): Promise<Measured> {
  const feature = steps(page);
  const total: Measured = { decisions: 0, sent: 0, answered: 0, ms: 0 };
  class Timed extends Decisions {
    override async decide(message: DecideMessage): Promise<DecideAnswer> {
      const before = performance.now();
      const answer = await super.decide(message);
      total.ms += performance.now() - before;
      total.decisions += 1;
      total.sent += JSON.stringify(message).length;
      total.answered += JSON.stringify(answer).length;
      return answer;
    }
  }
  const world = {
    ...{ events: { go: () => ({ status: 200, body: { id: "ret_1042" } }) } },
    ...{ features: {}, signals: [], approvals: {} },
  };
  const playing = {
    code: () => new Timed(hostOf(feature)),
    diesBefore: (decision: number) => decision % coldEvery === 0,
  };
  for (let input: unknown = many; ; ) {
    const end = await new FakeEngine(run, input, world, playing).play();
    if (end.is !== "continue") return total;
    input = end.input;
  }
}

/** Median times of several turns, one kind of run after the other. The counts are the same in each turn. */
async function inTurns<Kind extends Row>(kinds: readonly Kind[]): Promise<[Kind, Measured][]> {
  const turns = kinds.map((): Measured[] => []);
  for (let i = 0; i < repeats; i++)
    for (const [k, { many, page }] of kinds.entries()) turns[k]?.push(await measured(many, page));
  return kinds.map((kind, k) => {
    const all = turns[k] as [Measured, ...Measured[]];
    return [kind, { ...all[0], ms: median(all.map(({ ms }) => ms)) }];
  });
}

interface Row {
  name: string;
  many: number;
  page: number;
}

/** The median of decisions in which nothing is new, of a process that knows the run and of one that does not. */
async function empty(): Promise<{ warm: number; cold: number }> {
  const host = hostOf(steps(aPage));
  const message = (log: DecideMessage["log"] = []): DecideMessage => ({
    ...{ v: 1, kind: "decide", decision: 1, deadline_ms: 25_000, now: 0, run, input: { v: 1000 }, from: 0, log },
  });
  const known = new Decisions(host);
  const times = { warm: [] as number[], cold: [] as number[] };
  for (let i = 0; i < 400; i++)
    for (const [kind, decisions] of [
      ["warm", known],
      ["cold", new Decisions(host)],
    ] as const) {
      const before = performance.now();
      await decisions.decide(message());
      if (i >= 100) times[kind].push(performance.now() - before);
    }
  return { warm: median(times.warm), cold: median(times.cold) };
}

/** What a decision of a feature as code takes beside its handler, and how that grows with the steps of a run. */
export async function featuresAsCode(): Promise<Section> {
  for (let i = 0; i < 3; i++) await measured(1000, aPage);
  const { warm, cold } = await empty();
  const rows = await inTurns([
    ...[1000, 4000].map((many) => ({ name: `${many}, with a new log after each ${aPage}`, many, page: aPage })),
    { name: "4000 in one log", many: 4000, page: 4000 },
  ]);
  const [small, large] = rows as [(typeof rows)[0], (typeof rows)[0]];
  const each = ([{ many }, { ms, sent, answered }]: (typeof rows)[0]) => ({
    ms: ms / many,
    bytes: (sent + answered) / many,
  });
  const grows = (of: "ms" | "bytes") => each(large)[of] / each(small)[of];
  return {
    title: "Features as code",
    targets: [
      {
        what: "an empty decision, beside its handler",
        target: "25 ms",
        measured: `${cold.toFixed(2)} ms`,
        met: cold <= 25,
      },
      ...(["bytes", "ms"] as const).map((of) => ({
        what: `${of === "ms" ? "time" : "bytes"} a step of 4,000 steps, compared with 1,000`,
        target: "1.2 times",
        measured: `${grows(of).toFixed(2)} times`,
        met: grows(of) <= 1.2,
      })),
    ],
    text: [
      `The library alone, without an engine, a queue and a network: what it is sent and answers, and the time in which it does. One job after the other, and the process of the code dies before each ${coldEvery}th`,
      `decision, so that the next replays the whole log. A run whose handler never begins anew sends a log that grows, a hundredth of the times. An empty decision takes ${warm < 0.1 ? "less than 0.1 ms" : duration(warm)} where the process knows the run.\n`,
      table(
        ["steps", "decisions", "bytes sent each", "bytes answered each", "time each", "in all"],
        rows.map(([{ name, many }, { decisions, sent, answered, ms }]) => [
          name,
          decisions,
          (sent / many).toFixed(0),
          (answered / many).toFixed(0),
          `${(ms / many).toFixed(3)} ms`,
          duration(ms),
        ]),
      ),
    ].join("\n"),
  };
}
