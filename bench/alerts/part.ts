import { duration, percentile, type Section, table } from "../part.ts";
import { type Storm, storm } from "./storm.ts";

/** `FAILURES=100000 npm run bench -- alerts` for a longer storm. */
const failures = Number(process.env.FAILURES ?? 10_000);
const target = { p99: 15_000, messages: 7 };
const shares = [0.5, 0.9, 0.99, 1] as const;

/** How soon people are told that something new fails, while something else fails as fast as it can. */
export async function alerts(): Promise<Section> {
  const runs: [name: string, run: Storm][] = [
    ["a storm", await storm(failures, false)],
    ["paused in the middle", await storm(failures, true)],
  ];
  const paused = runs.at(-1)?.[1].toldInPause ?? 0;
  const [worst, most] = [
    Math.max(...runs.map(([, { delays }]) => percentile(delays, 0.99))),
    Math.max(...runs.map(([, { said }]) => said.length)),
  ];
  return {
    title: "Alerts",
    targets: [
      {
        what: "from a failed attempt of a new cause to its message, 99 of 100",
        target: duration(target.p99),
        measured: duration(worst),
        met: worst <= target.p99,
      },
      {
        what: `messages for ${failures.toLocaleString("en-US")} failures of one cause`,
        target: `at most ${target.messages}`,
        measured: String(most),
        met: most <= target.messages,
      },
      {
        what: "messages that come while the product is paused",
        target: "some",
        measured: String(paused),
        met: paused > 0,
      },
    ],
    text: [
      `\`npm start\` with ${failures.toLocaleString("en-US")} jobs that fail for one cause, as fast as it takes them, and fifty causes that begin meanwhile, one each second. Each is told to a webhook on the`,
      "same machine; measured from the time that the failed attempt records to the receipt. Once more, the product is paused for 20 seconds when half of them have failed and ten new causes have just begun.",
      "A hundred failures of the storm are still to come or to be counted at a time: more would only show how far the stream of one process falls behind its jobs. On AWS the jobs of alerts have turns of their own in",
      "the queue; here they stand behind the others. `FAILURES=100000 npm run bench -- alerts` plays a longer storm, and `WAITING=10000` lets the queue fill.\n",
      table(
        ["", "the storm took", "p50", "p90", "p99", "at most"],
        runs.map(([name, { tookMs, delays }]) => [
          name,
          duration(tookMs),
          ...shares.map((share) => duration(percentile(delays, share))),
        ]),
      ),
      "",
      ...runs.map(([name, { said }]) => `Said of the storm's cause, ${name}: ${said.join(", ")}.`),
    ].join("\n"),
  };
}
