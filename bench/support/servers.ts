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

/** A server of Restate, which answers with two addresses as JSON: for requests, and to register services. */
export async function withRestate<T>(run: (urls: string) => Promise<T>): Promise<T> {
  const program = createRequire(new URL("../package.json", import.meta.url));
  const { arch, platform } = process;
  let file: string;
  try {
    file = program.resolve(`@restatedev/restate-server-${platform}-${arch}/bin/restate-server`);
  } catch {
    throw new Error("not installed: npm ci --prefix bench");
  }
  const folder = await mkdtemp(join(tmpdir(), "restate-"));
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const server = spawn(file, ["--base-dir", folder, "--no-logo"], {
    stdio: "ignore",
    env: {
      ...{ RESTATE_DISABLE_TELEMETRY: "true", RESTATE_LISTEN_MODE: "tcp" },
      ...{ RESTATE_BIND_IP: "127.0.0.1", RESTATE_BIND_PORT: String(node) },
      ...{ RESTATE_INGRESS__BIND_IP: "127.0.0.1", RESTATE_INGRESS__BIND_PORT: String(ingress) },
      ...{ RESTATE_ADMIN__BIND_IP: "127.0.0.1", RESTATE_ADMIN__BIND_PORT: String(admin) },
    },
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const urls = { ingress: `http://127.0.0.1:${ingress}`, admin: `http://127.0.0.1:${admin}` };
  try {
    for (const health of [`${urls.ingress}/restate/health`, `${urls.admin}/health`]) await answers(health);
    return await run(JSON.stringify(urls));
  } finally {
    if (server.kill()) await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100))
    if ((await fetch(url).catch(() => undefined))?.ok) return;
  throw new Error(`${url} does not answer`);
}
