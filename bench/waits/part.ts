import { duration, percentile, type Section, table } from "../part.ts";
import { countedWaits } from "./counted.ts";
import { idleHour } from "./idle.ts";
import { measured, workload } from "./timed.ts";

const target = { p50: 150, p99: 1000, writes: 6 };
const many = 100_000;
const shares = [0.5, 0.99, 1] as const;

/** What a wait writes, and what is done while very many runs wait. */
export async function waitsCounted(): Promise<Section> {
  const counted = await countedWaits();
  const { writes = Number.NaN } = counted.find(({ name }) => name === "with a key") ?? {};
  const [none, idle] = [await idleHour(0), await idleHour(many)];
  const isIdle = idle.messages === 0 && idle.calls === none.calls && idle.items === none.items;
  const more = `${idle.calls - none.calls} requests and ${idle.messages} messages more`;
  const waits = many.toLocaleString("en-US");
  return {
    title: "Waits",
    targets: [
      {
        what: "writes of a wait with a key",
        target: `at most ${target.writes}`,
        measured: String(writes),
        met: writes <= target.writes,
      },
      {
        what: `an hour with ${waits} open waits, compared with none`,
        target: "the same reads, nothing sent",
        measured: isIdle ? "the same reads, nothing sent" : more,
        met: isIdle,
      },
    ],
    text: [
      "What a wait adds to a run that has a step before and one after it, counted at the handlers on their AWS adapters",
      "(`bench/cost/world.ts`): writes of the table, the message included, and schedules.\n",
      table(
        ["a wait", "writes", "schedules"],
        counted.map(({ name, writes, schedules }) => [name, writes, schedules]),
      ),
      "",
      "A virtual hour in which nothing comes has 60 rounds of the reconciler, and nothing else runs. Without waits they make",
      `${none.calls} requests to the table; with ${waits} waits, each for three days, ${idle.calls}, which look at ${idle.items} items. ${idle.messages} messages are sent.`,
    ].join("\n"),
  };
}

/** How soon a signal is followed. */
export async function waitsTimed(): Promise<Section> {
  const rates: { perSecond: number; lateMs: number[] }[] = [];
  for (const perSecond of workload.rates) rates.push({ perSecond, lateMs: await measured(perSecond) });
  const fastest = rates.at(-1)?.lateMs ?? [];
  const [p50, p99] = [percentile(fastest, 0.5), percentile(fastest, 0.99)];
  return {
    title: "Signals",
    targets: [
      {
        what: `from a signal to the start of the next step, half of them, at ${workload.rates.at(-1)} a second`,
        target: duration(target.p50),
        measured: duration(p50),
        met: p50 <= target.p50,
      },
      { what: "99 of 100", target: duration(target.p99), measured: duration(p99), met: p99 <= target.p99 },
    ],
    text: [
      `${workload.runs.toLocaleString("en-US")} runs of the demo's \`pay_order\` on \`npm start\`, each of which waits with a key of its own; their signals are sent over HTTP, at several`,
      "rates. Measured from when the API has accepted a message to the start of the job of the step after the wait. Each run makes some forty requests to",
      "the stand-ins from there to its end, its webhooks and statistics included: what is beyond the rate that one process of handlers keeps up with waits in the queue. On AWS a queue has as many handlers as it needs.\n",
      table(
        ["signals a second", "p50", "p99", "at most"],
        rates.map(({ perSecond, lateMs }) => [
          perSecond,
          ...shares.map((share) => duration(percentile(lateMs, share))),
        ]),
      ),
    ].join("\n"),
  };
}
