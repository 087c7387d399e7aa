import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "../../local/data/data-folder.ts";

/** A busy machine may need long. */
const startMs = 120_000;

export type System = ReturnType<typeof startSystem>;

/** `npm start` in `cwd`, whose process can be killed even before it has printed its address. */
export function startSystem(cwd: string) {
  const data = join(cwd, "data");
  const announcement = join(data, "local.json");
  // Ignores the file that a killed process left behind.
  rmSync(announcement, { force: true });
  const child = spawn(process.execPath, ["local/main.ts", "--empty"], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "", PORT: "0", DUCTAPE_DATA: data },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  const running = (): Running | undefined => {
    try {
      return JSON.parse(readFileSync(announcement, "utf8")) as Running;
    } catch {
      return undefined;
    }
  };
  return {
    output: () => output,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    async ready(): Promise<Running> {
      for (const began = performance.now(); performance.now() - began < startMs; await sleep(20)) {
        if (child.exitCode !== null) break;
        const found = output.includes("is ready after") && running();
        if (found) return found;
      }
      throw new Error(`npm start did not start:\n${output}`);
    },
  };
}

export type Api = Pick<Running, "url" | "api_key">;

/** Calls its API; rejects when the system is gone. */
export async function call<T>({ url, api_key }: Api, path: string, body?: unknown) {
  const response = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${api_key}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}
