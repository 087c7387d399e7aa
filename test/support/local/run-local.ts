import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Running } from "../../../local/data/data-folder.ts";
import { until } from "./until.ts";

export const repository = resolve(".");

export interface RunOptions {
  data: string;
  args?: string[];
  /** Default: true, so that a test finds its own jobs only. False runs the first job on new data. */
  empty?: boolean;
  env?: NodeJS.ProcessEnv;
  /** The folder of `products/`, `lambdas/` and `.env.local`. Default: this repository. */
  cwd?: string;
  /** The largest size of a file that it may write, in KB: simulates a full disk. */
  largestFileKb?: number;
}

/** A start takes one or two seconds, and much longer on a busy machine. */
const startMs = 60_000;
/** For a stop that no test examines: a busy machine may take some seconds. */
const patienceMs = 15_000;
const alive = new Set<ChildProcess>();

/** Ends every process that was started, whatever happened to it: one that is left running keeps jest from ending. */
export async function endRuns(): Promise<void> {
  await Promise.all([...alive].map(end));
}
// Benchmarks use this outside of jest and end what they start.
if ("afterAll" in globalThis) afterAll(endRuns);

async function end(child: ChildProcess): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  child.kill("SIGTERM");
  await exitOf(child);
  clearTimeout(timer);
}

/** `npm start` as a process of its own. */
export function runLocal({ data, args = [], empty = true, env = {}, cwd = repository, largestFileKb }: RunOptions) {
  const command = [process.execPath, "local/main.ts", ...(empty ? ["--empty"] : []), ...args];
  // With the signal ignored, a write beyond the limit fails, as on a full disk, instead of ending the process.
  const limited = `trap "" XFSZ; ulimit -f ${largestFileKb}; exec "$@"`;
  const [program = "", ...rest] = largestFileKb === undefined ? command : ["bash", "-c", limited, "bash", ...command];
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "", PORT: "0", DUCTAPE_DATA: data, ...env },
  });
  alive.add(child);
  const exit = exitOf(child);
  void exit.then(() => alive.delete(child));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const running = (): Running => JSON.parse(readFileSync(join(data, "local.json"), "utf8"));
  return {
    exit,
    output: () => output,
    running,
    ready: () =>
      until(() => {
        if (child.exitCode !== null) throw new Error(`it ended:\n${output}`);
        return output.includes("curl -s") && running();
      }, startMs),
    says: (text: string) => until(() => output.includes(text), startMs),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Stops it as a process manager does. */
    terminate: () => {
      child.kill("SIGTERM");
      return exit;
    },
  };
}

export type Run = ReturnType<typeof runLocal>;

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done(child.exitCode);
    child.once("exit", (code) => done(code));
  });

/** Calls the API of a running system. */
export async function ask({ url, api_key }: Running, path: string, body?: unknown, headers: object = {}) {
  const response = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${api_key}`, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}
