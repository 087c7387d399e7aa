import { type Target, table } from "../../part.ts";
import { percent } from "../lines.ts";
import { achieved, dueOf, keysOf, limitOf, startsOf, workloads } from "../workload.ts";
import { inVirtualTime } from "./in-virtual-time.ts";

const leastRate = 0.95;

/** How near many keys of a limit come to their rates, in virtual time. */
export async function keysInVirtualTime(): Promise<{ text: string; targets: Target[] }> {
  const rows: (string | number)[][] = [];
  const targets: Target[] = [];
  for (const workload of workloads) {
    const { keys, limit, periodMs, jobsPerKey } = workload;
    const jobs = keys * jobsPerKey;
    const run = await inVirtualTime({ rule: { rate: { limit, period: periodMs } } }, dueOf(workload));
    const { median, slowest, most } = achieved(startsOf(run, workload), workload);
    const counts = [run.writes, run.messages.jobs, run.messages.ticks].map((count) => (count / jobs).toFixed(2));
    rows.push([
      `${keysOf(keys)}, ${limitOf(workload)}, ${jobsPerKey} jobs each`,
      ...[percent(median), percent(slowest), `${most} (${limit})`],
      ...counts,
    ]);
    targets.push({
      what: `share of the rate that the slowest key achieves: ${keysOf(keys)}, ${limitOf(workload)}`,
      target: percent(leastRate),
      measured: percent(slowest),
      met: slowest >= leastRate,
    });
  }
  const head = ["", "of the rate, median key", "slowest key", "most in a period"];
  const text = [
    "The keys of the next part, in virtual time as well. A line of two to four jobs has a pump that begins and ends for them, which is most of its ticks.\n",
    table([...head, "writes a job", "messages a job", "ticks a job"], rows),
  ].join("\n");
  return { text, targets };
}
