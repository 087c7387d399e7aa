import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

export async function withRedis<T>(run: (url: string) => Promise<T>): Promise<T> {
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
