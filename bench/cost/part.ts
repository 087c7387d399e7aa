import { type Section, table } from "../part.ts";
import { assumptionLines } from "./assumptions.ts";
import { type Bill, billAt, billOf, totalOf } from "./bill.ts";
import type { Counts } from "./counts.ts";
import { countsOf, idleCounts, type Kind, kinds } from "./kinds.ts";

const target = 8.3;
const minutesPerMonth = 43_200;
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

/** What AWS would bill for each kind of job, computed from counted requests and units. */
export async function cost(): Promise<Section> {
  const now = kinds[0] as Kind;
  const loads: [string, Bill][] = [
    ["now and then", billOf(await countsOf(now))],
    ["a million per day", await billAt(now, 1e6 / 86_400)],
    ["100 per second", await billAt(now, 100)],
  ];
  const atLoad = totalOf(loads[2]?.[1] ?? {});
  const counted: { name: string; counts: Counts; many: string }[] = [];
  for (const kind of kinds) {
    const many = kind.occurrence ? "" : dollars(totalOf(await billAt(kind, 100)));
    counted.push({ name: kind.name, counts: await countsOf(kind), many });
  }
  const idle = totalOf(billOf(await idleCounts())) / 1e6;
  return {
    title: "Cost",
    targets: [
      {
        what: "a million small one-time jobs at 100 per second, all included",
        target: dollars(target),
        measured: dollars(atLoad),
        met: atLoad <= target,
      },
    ],
    text: [
      "US dollars per million small jobs that start at once (us-east-1, list prices), by their rate: events are published and counted in",
      "batches, which are larger the more of them there are.\n",
      table(
        ["", ...loads.map(([name]) => name)],
        [
          ...Object.keys(loads[0]?.[1] ?? {}).map((what) => [
            what,
            ...loads.map(([, bill]) => dollars(bill[what] ?? 0)),
          ]),
          ["**all**", ...loads.map(([, bill]) => `**${dollars(totalOf(bill))}**`)],
        ],
      ),
      "\nWhat each kind of job uses when no other shares a batch with it, and its price at 100 per second. A job that is due later costs more:",
      "its consumer waits for the rest of the last second, half a second on average; and a job that is due in more than 15 minutes has a",
      "schedule, an early message with its invocation, and that message sent again. `test/integration/cost.test.ts` holds these numbers.\n",
      table(
        [
          "job",
          "calls",
          "writes",
          "of the index",
          "reads",
          "SQS",
          "invocations",
          "waited",
          "log bytes",
          "per million",
          "at 100 per second",
        ],
        counted.map(({ name, counts, many }) => [
          name,
          sum(counts.calls),
          counts.table_write,
          counts.index_write,
          counts.table_read,
          counts.queue_request,
          sum(counts.invocations),
          `${counts.held_ms} ms`,
          counts.log_bytes + counts.access_log_bytes,
          dollars(totalOf(billOf(counts))),
          many,
        ]),
      ),
      `\nWithout any jobs: ${dollars(idle * minutesPerMonth)} per month for the reconciler with the demo's two tenants, its log lines included; Lambda's polling of an`,
      "empty queue, some 15 requests per minute, is $0.26 per month.\n",
      "Assumed:\n",
      ...assumptionLines.map((line) => `- ${line}`),
    ].join("\n"),
  };
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
