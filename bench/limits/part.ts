import { availableParallelism, loadavg } from "node:os";
import type { Counts } from "../cost/counts.ts";
import { type Section, type Target, table } from "../part.ts";
import { type Case, cases, countsOfCase, dollarsOf } from "./counted.ts";
import { type Measured, measured } from "./systems.ts";
import { type Achieved, workloads } from "./workload.ts";

const mostWrites = 2;
const leastRate = 0.9;

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const writesOf = ({ table_write, index_write }: Counts): number => table_write + index_write;
const plus = (more: number): string => (more === 0 ? "0" : `+${Number(more.toFixed(2))}`);
const keysOf = (keys: number): string => (keys === 1 ? "1 key" : `${keys.toLocaleString("en-US")} keys`);
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What limits add to the cost of a job, and how near to its rate a limit comes. */
export async function limits(): Promise<Section> {
  const counted: (Case & { counts: Counts })[] = [];
  for (const one of cases) counted.push({ ...one, counts: await countsOfCase(one) });
  const none = counted[0]?.counts as Counts;
  const systems = await measured();
  return {
    title: "Limits",
    targets: [...targetsOfCost(counted, none), ...targetsOfRates(systems[0] as Measured)],
    text: [costText(counted, none), rateText(systems)].join("\n\n"),
  };
}

function targetsOfCost(counted: readonly (Case & { counts: Counts })[], none: Counts): Target[] {
  const free = counted.filter(({ rule, behind, name }) => rule && !behind && !name.includes("12"));
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

function targetsOfRates({ runs }: Measured): Target[] {
  return runs.flatMap((run, i) => {
    if (typeof run === "string") return [];
    const { keys } = workloads[i] as (typeof workloads)[number];
    const what = `achieved rate with ${keysOf(keys)}, the median key's share of the configured one`;
    return [{ what, target: percent(leastRate), measured: percent(run.median), met: run.median >= leastRate }];
  });
}

function costText(counted: readonly (Case & { counts: Counts })[], none: Counts): string {
  return [
    "What a limit adds to a small job that is due now, counted from the commands that the adapters send, as in the part `cost`. Where the job waits, everything that its waiting",
    "causes counts, also what the end of the job before it does. The reads include one of the pinned numbers, which a process makes once per 5 s for a product and env. A write",
    "whose condition fails counts as a write, since AWS bills it.\n",
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
}

const cell = (run: Achieved | string, { limit }: { limit: number }): string =>
  typeof run === "string"
    ? `left out: ${run}`
    : `${percent(run.median)}, ${percent(run.slowest)}, ${run.most} (${limit})`;

function rateText(systems: readonly Measured[]): string {
  const head = workloads.map(({ keys, limit, periodMs }) => `${keysOf(keys)}, ${limit} per ${periodMs / 1000} s`);
  return [
    "How near each system comes to its rate, which is 50 starts per second in all, and 67 with 1,000 keys, with a backlog of jobs that do nothing. Each cell: the rate of the median key, that of the slowest, as shares of the",
    "configured rate, and the most starts of one key within any period, with what the limit is. Measured one system after the other in the same run,",
    `after which ${availableParallelism()} cores had a load average of ${loadavg()[1]?.toFixed(1)} over five minutes: beyond one per core, other programs took a part, and what is behind is behind for that reason too.\n`,
    table(
      ["", ...head],
      systems.map(({ system, runs }) => [system, ...runs.map((run, i) => cell(run, workloads[i] as never))]),
    ),
    "",
    "- Ours: the API and four consumers on their DynamoDB and SQS adapters, in one process; DynamoDB is dynalite in another process, and SQS a timer that delays by whole seconds. dynalite takes some hundred",
    "  writes per second here and bounds what is measured: on AWS a key alone is bounded by its item, which takes a thousand. A reserved start may be used up to 2 s late, so a machine that is behind",
    "  makes more starts fall into one period than the limit says, by those that were late",
    "- BullMQ: its limiter is one per queue, so each key has a queue, a worker and a connection of its own. It counts fixed periods, which lets up to twice the limit into one period and makes a short run look fast",
    "- graphile-worker has no rate limits. The nearest is to forbid the flags of keys that have had their starts, which a function of the caller's counts: in one process and exact with one job at a time, polled every 0.1 s",
  ].join("\n");
}
