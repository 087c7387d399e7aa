import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startLocal } from "../../local/runtime/start.ts";
import { ask } from "../support/npm-start.ts";
import { runScript, unlessMissing, type WithServer } from "../support/rivals.ts";
import { withInngest, withRestate, withTemporal } from "../support/servers.ts";

export const workload = {
  turns: 5,
  /** Of a run that is alone. */
  steps: 100,
  /** Runs at once, and the steps of each. */
  runs: 50,
  stepsOfRun: 10,
  signals: 50,
};

/** When the steps of each run have run, epoch milliseconds; of a signal, how long after its acceptance the next step has. */
interface Times {
  inTurn: number[][];
  atOnce: number[][];
  all: number[][];
  signals: number[];
}

export interface Measured {
  system: string;
  /** Lines of the three programs, without empty ones. */
  lines: number;
  times?: Times;
  /** Why nothing was measured. */
  missing?: string;
}

const lineCount = async (file: string): Promise<number> =>
  (await readFile(new URL(file, import.meta.url), "utf8")).split("\n").filter((line) => line.trim() !== "").length;

/** The same programs on each system, one after the other on this machine. */
export async function measured(): Promise<Measured[]> {
  return [
    await attempt("Ductape Jobs, `npm start`", ["./programs.ts"], local),
    await rival("Inngest, its dev server", "inngest", ["inngest-programs"], withInngest),
    await rival("Restate, one server", "restate", ["restate-programs"], withRestate),
    await rival("Temporal, its dev server", "temporal", ["temporal-programs", "temporal-activities"], withTemporal),
  ];
}

function rival(system: string, name: string, programs: string[], withServer: WithServer<Times>): Promise<Measured> {
  const file = (of: string) => `./rivals/${of}.mjs`;
  const script = new URL(file(name), import.meta.url);
  return attempt(system, programs.map(file), () => withServer((url) => runScript<Times>(script, url, workload)));
}

async function attempt(system: string, programs: string[], measure: () => Promise<Times>): Promise<Measured> {
  const { value: times, missing } = await unlessMissing(system, measure);
  const lines = (await Promise.all(programs.map(lineCount))).reduce((sum, one) => sum + one, 0);
  return { system, lines, ...(times && { times }), ...(missing !== undefined && { missing }) };
}

const tenant = { product_tag: "beside", env: "dev" };

async function local(): Promise<Times> {
  const dataDir = await mkdtemp(join(tmpdir(), "beside-"));
  const catalog = fileURLToPath(new URL("catalog.ts", import.meta.url));
  const started = await startLocal({ dataDir, catalog, port: 0, attempts: "none", say: () => {} });
  const running = { url: started.url, api_key: started.apiKey } as Parameters<typeof ask>[0];
  const start = async (event: string, input: object): Promise<string> => {
    const { job_id } = await ask(running, "/v1/jobs", { ...tenant, event, input, start_at: 0 });
    return String(job_id);
  };
  const ended = async (id: string): Promise<number[]> => {
    for (;;) {
      const { status, result, error } = await ask(running, `/v1/jobs/${id}?wait=20`);
      if (status === "completed") return result as number[];
      if (error) throw new Error(`a run failed: ${JSON.stringify(error)}`);
    }
  };
  const run = async (event: string, steps: number) => ended(await start(event, { steps }));
  async function signal(): Promise<number> {
    const id = await start("signalled", { steps: 1 });
    await sleep(200);
    await ask(running, "/v1/signals", { ...tenant, job_id: id, signal: "go", payload: {} });
    const sent = Date.now();
    const [at = Number.NaN] = await ended(id);
    return at - sent;
  }
  try {
    await run("inTurn", 5);
    const times: Times = { inTurn: [], atOnce: [], all: [], signals: [] };
    for (let i = 0; i < workload.turns; i++) {
      times.inTurn.push(await run("inTurn", workload.steps));
      times.atOnce.push(await run("atOnce", workload.steps));
    }
    times.all = await Promise.all(Array.from({ length: workload.runs }, () => run("inTurn", workload.stepsOfRun)));
    for (let n = 0; n < workload.signals; n++) times.signals.push(await signal());
    return times;
  } finally {
    await started.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
