import { duration, median, type Section, table } from "../part.ts";
import { type Measured, measured, workload } from "./measured.ts";

const { turns, steps, runs, stepsOfRun, signals } = workload;

const spanOf = (times: readonly number[]): number => Math.max(...times) - Math.min(...times);

/** The step may have run before the answer to the request was read. */
const soon = (ms: number): string => (ms < 1 ? "less than 1 ms" : duration(ms));

function rowOf({ system, lines, times, missing }: Measured): (string | number)[] {
  if (!times) return [system, lines, `not measured: ${missing}`, "", "", ""];
  const inTurn = median(times.inTurn.map((one) => spanOf(one) / (one.length - 1)));
  const atOnce = median(times.atOnce.map(spanOf));
  const all = times.all.flat();
  const perSecond = (all.length * 1000) / spanOf(all);
  return [system, lines, duration(inTurn), duration(atOnce), perSecond.toFixed(0), soon(median(times.signals))];
}

/** Three programs as features in code, and on other systems. */
export async function beside(): Promise<Section> {
  const systems = await measured();
  return {
    title: "Features as code, beside other systems",
    targets: [],
    text: [
      `The same three programs (\`bench/beside\`): ${steps} steps of own code in turn, as many at once, and a run that waits for a signal. Each step says when it has run. Medians of ${turns} runs, each alone;`,
      `the rate is that of ${runs} runs at once with ${stepsOfRun} steps in turn each; a signal is measured from the answer to the request that has sent it to the step after the wait, of ${signals}. \`npm start\` is this`,
      "service with stand-ins for SQS, DynamoDB and the Scheduler in one process, and every step is a write to a table; Restate is one server with a log on disk, which its code keeps a stream to; of",
      "Inngest and Temporal it is the development server: Inngest's has its runs in memory and calls the code over HTTP, Temporal's has its tables in a file, and a worker takes every step from it as an activity.\n",
      table(
        ["", "lines", "a step in turn", `${steps} steps at once`, "steps a second", "a signal"],
        systems.map(rowOf),
      ),
    ].join("\n"),
  };
}
