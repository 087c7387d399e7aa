import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "../../local/data/data-folder.ts";

const patienceMs = 30_000;

/** `npm start` in a process and with a data folder of its own, for as long as `run` takes. */
export async function withLocal<T>(run: (running: Running) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), "local-"));
  const child = spawn(process.execPath, ["local/main.ts", "--empty"], {
    env: { ...process.env, NODE_OPTIONS: "", PORT: "0", DUCTAPE_DATA: data },
    stdio: "ignore",
  });
  try {
    return await run(await ready(child, data));
  } finally {
    if (child.kill("SIGTERM")) await once(child, "exit");
    await rm(data, { recursive: true, force: true });
  }
}

/** Where it is, as it writes it into its data folder once its API answers. */
async function ready(child: ChildProcess, data: string): Promise<Running> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    const written = await readFile(join(data, "local.json"), "utf8").catch(() => undefined);
    const running = written === undefined ? undefined : (JSON.parse(written) as Running);
    if (running && (await fetch(`${running.url}/v1/health`).catch(() => undefined))?.ok) return running;
  }
  throw new Error(`npm start was not ready within ${patienceMs / 1000} s`);
}

/** Calls the API of a running system. */
export async function ask({ url, api_key }: Running, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${api_key}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}
