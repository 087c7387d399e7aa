import { availableParallelism, loadavg } from "node:os";
import { type Section, type Target, table } from "../../part.ts";
import { percent } from "../lines.ts";
import { type Achieved, keysOf, limitOf, workloads } from "../workload.ts";
import { linesInRealTime } from "./lines.ts";
import { type Measured, measured } from "./systems.ts";

const leastRate = 0.9;

/** How near to its rate a limit comes on this machine, beside other systems. */
export async function limitsTimed(): Promise<Section> {
  const systems = await measured();
  const lines = await linesInRealTime();
  return {
    title: "Limits in real time",
    targets: targetsOf(systems[0] as Measured),
    text: [systemsText(systems), lines].join("\n\n"),
  };
}

function targetsOf({ runs }: Measured): Target[] {
  return runs.flatMap((run, i) => {
    if (typeof run === "string") return [];
    const { keys } = workloads[i] as (typeof workloads)[number];
    const what = `achieved rate with ${keysOf(keys)}, the median key's share of the configured one`;
    return [{ what, target: percent(leastRate), measured: percent(run.median), met: run.median >= leastRate }];
  });
}

const cell = (run: Achieved | string, { limit }: { limit: number }): string =>
  typeof run === "string"
    ? `left out: ${run}`
    : `${percent(run.median)}, ${percent(run.slowest)}, ${run.most} (${limit})`;

function systemsText(systems: readonly Measured[]): string {
  const head = workloads.map((one) => `${keysOf(one.keys)}, ${limitOf(one)}`);
  return [
    "How near each system comes to its rate, which is 50 starts per second in all, and 33 with 1,000 keys, with a backlog of jobs that do nothing. Each cell: the rate of the median key, that of the slowest, as shares of the",
    "configured rate, and the most starts of one key within any period, with what the limit is. Measured one system after the other in the same run,",
    `after which ${availableParallelism()} cores had a load average of ${loadavg()[1]?.toFixed(1)} over five minutes: beyond one per core, other programs took a part, and what is behind is behind for that reason too.\n`,
    table(
      ["", ...head],
      systems.map(({ system, runs }) => [system, ...runs.map((run, i) => cell(run, workloads[i] as never))]),
    ),
    "",
    "- Ours: the API, four consumers and the pump on their DynamoDB and SQS adapters, in one process; DynamoDB is dynalite in another process, and SQS a timer that delays by whole seconds. dynalite takes some hundred",
    "  writes per second here and bounds what is measured: on AWS a key alone is bounded by its item, which takes a thousand. A start is taken of the rate before the job is claimed, so a claim that is slow on a busy",
    "  machine may put one more start into a period than the limit says",
    "- BullMQ: its limiter is one per queue, so each key has a queue, a worker and a connection of its own. It counts fixed periods, which lets up to twice the limit into one period and makes a short run look fast",
    "- graphile-worker has no rate limits. The nearest is to forbid the flags of keys that have had their starts, which a function of the caller's counts: in one process and exact with one job at a time, polled every 0.1 s",
  ].join("\n");
}
