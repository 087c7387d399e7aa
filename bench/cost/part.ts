import { type Section, table } from "../part.ts";
import { assumptionLines } from "./assumptions.ts";
import { type Bill, billAt, billOf, totalOf } from "./bill.ts";
import type { Counts } from "./counts.ts";
import { countsOf, idleCounts, type Kind, kinds } from "./kinds.ts";

const target = 8;
const minutesAMonth = 43_200;
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

/** What AWS would bill for each kind of job, from requests and units that are counted. */
export async function cost(): Promise<Section> {
  const now = kinds[0] as Kind;
  const loads: [string, Bill][] = [
    ["now and then", billOf(await countsOf(now))],
    ["a million a day", await billAt(now, 1e6 / 86_400)],
    ["100 a second", await billAt(now, 100)],
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
        what: "a million small one-time jobs, 100 a second, all included",
        target: dollars(target),
        measured: dollars(atLoad),
        met: atLoad <= target,
      },
    ],
    text: [
      "US dollars a million small jobs that start at once (us-east-1, list prices), by how many come: what happens to jobs is told and",
      "counted in batches, which are larger the more there is to tell.\n",
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
      "\nWhat each kind of job comes to when no other shares a batch with it, and its price at 100 a second. What is due later costs more:",
      "the time that its consumer waits for the rest of the last second, half a second in the mean; and where it is more than 15 minutes",
      "away a schedule, the early message with its invocation, and that message sent again. `test/integration/cost.test.ts` holds these numbers.\n",
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
          "a million",
          "100 a second",
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
      `\nWithout any job: ${dollars(idle * minutesAMonth)} a month for the reconciler with the demo's two tenants; Lambda's polling of ten`,
      "empty queues, some 15 requests a minute each, is $2.59 a month.\n",
      "Assumed:\n",
      ...assumptionLines.map((line) => `- ${line}`),
    ].join("\n"),
  };
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
