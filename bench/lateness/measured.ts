import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeDemoDatabase } from "../../local/demo/postgres.ts";
import { listen } from "../../local/gateway/http.ts";
import { jobsOf, scheduleMany } from "../support/local-jobs.ts";
import { withLocal } from "../support/npm-start.ts";

/** Jobs at random times within a window that begins `leadMs` after they are scheduled. */
export const workload = { jobs: 1000, leadMs: 8000, windowMs: 20_000 };

export interface Measured {
  system: string;
  /** Why nothing was measured. */
  missing?: string;
  lateMs: number[];
}

/** `npm start` and the workers of other systems, one after the other on this machine. */
export async function measured(): Promise<Measured[]> {
  return [
    await attempt("Ductape Jobs, `npm start`", local),
    await rival("BullMQ, Redis", "bullmq.mjs", withRedis),
    await rival("pg-boss, PostgreSQL, polls every 0.5 s", "pg-boss.mjs", withPostgres),
    await rival("graphile-worker, PostgreSQL, polls every 0.5 s", "graphile-worker.mjs", withPostgres),
  ];
}

const local = (): Promise<number[]> =>
  withLocal(async (running) => {
    const from = Date.now() + workload.leadMs;
    const requests = Array.from({ length: workload.jobs }, () => ({
      start_at: from + Math.floor(Math.random() * workload.windowMs),
    }));
    await scheduleMany(running, requests);
    const jobs = await jobsOf(running, workload.jobs, workload.leadMs + workload.windowMs + 60_000);
    return jobs.map(({ started_at = 0, scheduled_at }) => started_at - scheduled_at);
  });

/** Runs a rival's script, which prints as JSON how late each job was. */
const rival = (
  system: string,
  script: string,
  withServer: (run: (url: string) => Promise<number[]>) => Promise<number[]>,
): Promise<Measured> => attempt(system, () => withServer((url) => run(script, url)));

/** A system that is missing or fails is left out, with the reason. */
async function attempt(system: string, measure: () => Promise<number[]>): Promise<Measured> {
  try {
    return { system, lateMs: await measure() };
  } catch (error) {
    const missing = (error as Error).message.split("\n")[0] ?? "";
    console.error(`  left out: ${system}: ${missing}`);
    return { system, missing, lateMs: [] };
  }
}

function run(script: string, url: string): Promise<number[]> {
  const file = fileURLToPath(new URL(`./rivals/${script}`, import.meta.url));
  const child = spawn(process.execPath, [file, url, JSON.stringify(workload)], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk));
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      const why = /ERR_MODULE_NOT_FOUND/.test(err) ? "not installed: npm ci --prefix bench" : err.trim();
      if (code === 0) resolve(JSON.parse(out) as number[]);
      else reject(new Error(why || `ended with ${code}`));
    });
  });
}

async function withPostgres<T>(run: (url: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), "postgres-"));
  const server = makeDemoDatabase({ folder: join(parent, "data"), password: randomUUID() });
  try {
    return await run(await server.url());
  } finally {
    await server.stop();
    await rm(parent, { recursive: true, force: true });
  }
}

async function withRedis<T>(run: (url: string) => Promise<T>): Promise<T> {
  // Redis cannot pick a free port by itself.
  const { port, close } = await listen(createServer());
  await close();
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes"];
  const server = spawn("redis-server", flags, { stdio: "ignore" });
  const failed = new Promise<never>((_, reject) => {
    server.once("error", () => reject(new Error("there is no redis-server: apt-get install redis-server")));
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  try {
    return await Promise.race([run(`redis://127.0.0.1:${port}`), failed]);
  } finally {
    if (server.kill()) await ended;
    await rm(folder, { recursive: true, force: true });
  }
}
