import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { extension } from "../../infra/bundle/extension.ts";
import type { PostgresOptions, PostgresSays } from "./postgres-process.ts";

export interface DemoDatabase {
  /** The URL of the database. Starts it at the first call, and again if it has ended. Rejects if it does not start. */
  url(): Promise<string>;
  stop(): Promise<void>;
}

interface DemoDatabaseOptions extends PostgresOptions {
  /** The program to run. Tests replace `postgres-process.ts`. */
  program?: string;
}

const program = fileURLToPath(new URL(`./postgres-process${extension}`, import.meta.url));

/**
 * The demo database, a PostgreSQL in a process of its own: it is not even loaded unless it is used, the package's exit handlers
 * stay there, and it ends by itself when this process is killed.
 */
export function makeDemoDatabase({ program: entry = program, ...options }: DemoDatabaseOptions): DemoDatabase {
  let running: Promise<{ child: ChildProcess; url: string }> | undefined;
  let stopped = false;
  return {
    async url() {
      if (stopped) throw new Error("it has been stopped");
      if (!running) {
        const starting = start(entry, options, () => {
          if (running === starting) running = undefined;
        });
        running = starting;
      }
      return (await running).url;
    },
    async stop() {
      stopped = true;
      const found = await running?.catch(() => undefined);
      if (!found) return;
      const gone = exitOf(found.child);
      if (found.child.connected) found.child.disconnect();
      await gone;
    },
  };
}

async function start(entry: string, options: PostgresOptions, onEnd: () => void) {
  const child = fork(entry, {
    // A session of its own: Ctrl-C in the terminal must not end it, because running jobs still need their database.
    detached: true,
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const said = new Promise<PostgresSays>((resolve) => child.once("message", resolve));
  const gone = exitOf(child).then((): PostgresSays => ({ kind: "failed", why: "its process ended" }));
  void gone.then(onEnd);
  child.send(options);
  const first = await Promise.race([said, gone]);
  if (first.kind === "ready") return { child, url: first.url };
  if (child.connected) child.disconnect();
  await gone;
  throw new Error(first.why);
}

const exitOf = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
