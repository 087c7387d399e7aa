import type { Counts } from "../../cost/counts.ts";
import { type Target, table } from "../../part.ts";
import { type Case, cases, countsOfCase, dollarsOf } from "./cases.ts";

const mostWrites = 2;

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const writesOf = ({ table_write, index_write }: Counts): number => table_write + index_write;
const plus = (more: number): string => (more === 0 ? "0" : `+${Number(more.toFixed(2))}`);

type Counted = Case & { counts: Counts };

export async function costsOfLimits(): Promise<{ text: string; targets: Target[] }> {
  const counted: Counted[] = [];
  for (const one of cases) counted.push({ ...one, counts: await countsOfCase(one) });
  const none = counted[0]?.counts as Counts;
  return { text: textOf(counted, none), targets: targetsOf(counted, none) };
}

function targetsOf(counted: readonly Counted[], none: Counts): Target[] {
  const free = counted.filter(({ rule, behind }) => rule && !behind);
  const writes = Math.max(...free.map(({ counts }) => writesOf(counts) - writesOf(none)));
  return [
    {
      what: "writes that a limit adds to a job when nothing waits",
      target: `${mostWrites}`,
      measured: `${writes}`,
      met: writes <= mostWrites,
    },
  ];
}

const textOf = (counted: readonly Counted[], none: Counts): string =>
  [
    "What a limit adds to a small job that is due now, counted from the commands that the adapters send, as in the part `cost`. Where the job waits, everything that its waiting",
    "causes counts, also what the end of the job before it does and the ticks of the pump. Where several are in line, it is the share of one of them. The reads include one of the pinned",
    "numbers, which a consumer makes once per 5 s for a product and env, and a pump at each tick. A write whose condition fails counts as a write, since AWS bills it.\n",
    table(
      [
        "a job with",
        "calls",
        "writes",
        "of the index",
        "reads",
        "SQS",
        "invocations",
        "waited in process",
        "per million",
      ],
      counted.map(({ name, counts }, i) => {
        const more = (of: (counts: Counts) => number) => (i === 0 ? of(counts) : plus(of(counts) - of(none)));
        const dollars = dollarsOf(counts) - (i === 0 ? 0 : dollarsOf(none));
        return [
          name,
          more(({ calls }) => sum(calls)),
          more((of) => of.table_write),
          more((of) => of.index_write),
          more((of) => of.table_read),
          more((of) => of.queue_request),
          more(({ invocations }) => sum(invocations)),
          `${Math.round(counts.held_ms)} ms`,
          `${i === 0 ? "" : "+"}$${dollars.toFixed(2)}`,
        ];
      }),
    ),
  ].join("\n");
