import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

/** The PATH without this repository's programs: a project has to bring its own. */
export const path = (process.env.PATH ?? "")
  .split(":")
  .filter((folder) => !folder.includes("node_modules"))
  .join(":");

const ours = [
  "NODE_OPTIONS",
  "INIT_CWD",
  "CI",
  "DUCTAPE_URL",
  "DUCTAPE_API_KEY",
  "DUCTAPE_DATA",
  "DUCTAPE_PRODUCT",
  "DUCTAPE_ENV",
];
const clean = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !name.startsWith("npm_") && !name.startsWith("AWS_") && !ours.includes(name),
  ),
);

export interface Ran {
  out: string;
  err: string;
}

/** Runs a line of shell as a stranger would, in a folder. Rejects with everything that it printed if it fails. */
export async function shell(line: string, cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  try {
    const options = { cwd, env: { ...clean, PATH: path, ...env }, maxBuffer: 2 ** 28 };
    const { stdout, stderr } = await promisify(execFile)("bash", ["-ec", line], options);
    return { out: stdout, err: stderr };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${line}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Starts a line of shell that does not end by itself, and waits until its output holds a text. */
export async function start(line: string, cwd: string, until: string, env: Record<string, string> = {}) {
  const child = spawn("bash", ["-c", `exec ${line}`], { cwd, env: { ...clean, PATH: path, ...env }, detached: true });
  let output = "";
  const seen = new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      output += chunk;
      if (output.includes(until)) resolve();
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("exit", (code) => reject(new Error(`${line} ended with ${code}:\n${output}`)));
  });
  await seen;
  return {
    output: () => output,
    /** Ends it and what it has started. */
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const ended = once(child, "exit");
      process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}

/** A team's own server: it answers every call with its path, and keeps what it was asked. */
export async function startBackend() {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ path: request.url }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls, stop: () => void server.close() };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const { url, stop } = await startBackend();
  stop();
  return Number(new URL(url).port);
}
