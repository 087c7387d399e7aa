import { runScript, unlessMissing } from "../../support/rivals.ts";
import { withPostgres, withRedis } from "../../support/servers.ts";
import { type Achieved, achieved, offsetOf, type Starts, type Workload, workloads } from "../workload.ts";
import { ours } from "./ours.ts";

export interface Measured {
  system: string;
  /** In the order of the workloads. A string says why there is none. */
  runs: (Achieved | string)[];
}

/** Ours and others with the same jobs, one run after the other on this machine. */
export async function measured(): Promise<Measured[]> {
  const bullmq = new URL("./rivals/bullmq.mjs", import.meta.url);
  const graphile = new URL("./rivals/graphile-worker.mjs", import.meta.url);
  return [
    await runsOf("Ductape Jobs", ours),
    await runsOf("BullMQ, Redis", (workload) => withRedis((url) => other(bullmq, url, workload))),
    await runsOf("graphile-worker, PostgreSQL", (workload) => withPostgres((url) => other(graphile, url, workload))),
  ];
}

async function runsOf(system: string, run: (workload: Workload) => Promise<Starts>): Promise<Measured> {
  const runs: (Achieved | string)[] = [];
  for (const workload of workloads) {
    const { value, missing = "" } = await unlessMissing(system, async () => achieved(await run(workload), workload));
    runs.push(value ?? missing);
  }
  return { system, runs };
}

function other(script: URL, url: string, workload: Workload): Promise<Starts> {
  const { keys, jobsPerKey } = workload;
  const offsets = Array.from({ length: keys }, (_, key) => offsetOf(workload, key));
  return runScript(script, url, { ...workload, offsets, leadMs: 1000 + 2 * keys * jobsPerKey });
}
