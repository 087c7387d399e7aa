import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { extension } from "../../infra/bundle/extension.ts";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";
import type { FunctionName } from "../../lambdas/topology.ts";
import { offsetVariable } from "../clock/offset-variable.ts";
import { clockOffset } from "../clock/shifted-date.ts";
import type { Bundles } from "../code/bundles.ts";
import { functionPlans } from "../runtime/plans.ts";
import { allowRealVariable } from "./allow-real-variable.ts";
import { catalogVariable } from "./catalog-variable.ts";
import type { CatalogNeeds, ChildMessage, HostMessage, Invocation } from "./protocol.ts";

export interface GenerationOptions {
  /** The root of the repository, to which entries are relative. */
  root: string;
  /** The catalog of a team, and the folder for what it is compiled to. Absent: the one that `#catalog` names. */
  catalog?: { file: string; folder: string } | undefined;
  env: NodeJS.ProcessEnv;
  /** Bundles the code of the products. Throws with a message for the user. */
  bundle: (code: CatalogNeeds["code"]) => Promise<Bundles>;
  /** Whether the handlers may call other machines than this one. */
  allowReal: boolean;
  /** Called for each call of another machine that was refused. */
  onRefused: (host: string) => void;
  /** Receives everything that the handlers write, line by line. */
  onOutput: (line: string) => void;
}

/** Loaded in this order before anything else. Last what a test names, to see what the handlers do (`test/grants/`). */
const preloaded = [
  ...["../runtime/compile-cache", "../clock/preload", "./catalog-hook", "./network-hook"].map(
    (file) => new URL(`${file}${extension}`, import.meta.url).href,
  ),
  ...(process.env.HANDLERS_PRELOAD ? [process.env.HANDLERS_PRELOAD] : []),
].flatMap((file) => ["--import", file]);

export type Loaded =
  | { outcome: "ready"; generation: Generation; needs: CatalogNeeds; bundles: Bundles }
  | { outcome: "faults"; faults: Fault[] }
  | { outcome: "broken"; error: string };

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** One child process, with the code that was on disk when it started. */
export class Generation {
  /** Resolves when the process has ended, for whatever reason. */
  readonly gone: Promise<void>;
  #child: ChildProcess;
  #pending = new Map<string, Pending>();

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message: ChildMessage) => this.#settle(message));
    this.gone = new Promise((resolve) => {
      child.once("exit", () => {
        for (const { reject } of this.#pending.values()) reject(new Error("the process that ran the handler ended"));
        this.#pending.clear();
        resolve();
      });
    });
  }

  /** Starts a child and waits until it has loaded every handler, or reports why it cannot. */
  static async load({
    root,
    env,
    catalog,
    bundle,
    allowReal,
    onRefused,
    onOutput,
  }: GenerationOptions): Promise<Loaded> {
    let compiled: string | undefined;
    try {
      compiled = catalog && (await compile(catalog));
    } catch (error) {
      return { outcome: "broken", error: (error as Error).message };
    }
    const child = fork(fileURLToPath(new URL(`./child${extension}`, import.meta.url)), {
      cwd: root,
      env: {
        ...env,
        [offsetVariable]: String(clockOffset()),
        [catalogVariable]: compiled,
        [allowRealVariable]: allowReal ? "yes" : undefined,
      },
      execArgv: [...preloaded, "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const lastLines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      eachLine(stream, (line) => {
        lastLines.splice(0, Math.max(0, lastLines.length - 20));
        lastLines.push(line);
        onOutput(line);
      });
    }
    const generation = new Generation(child);
    const first = new Promise<ChildMessage>((resolve) => {
      child.on("message", (message: ChildMessage) => {
        if (message.kind === "refused") onRefused(message.host);
        else resolve(message);
      });
    });
    const said = await Promise.race([first, generation.gone]);
    if (said?.kind === "ready") {
      const { needs } = said;
      try {
        return { outcome: "ready", generation, needs, bundles: await bundle(needs.code) };
      } catch (error) {
        await generation.end(0);
        return { outcome: "broken", error: (error as Error).message };
      }
    }
    await generation.end(0);
    if (said?.kind === "faults") return { outcome: "faults", faults: said.faults };
    return { outcome: "broken", error: said?.kind === "broken" ? said.error : lastLines.join("\n") };
  }

  async invoke(name: FunctionName, event: unknown): Promise<unknown> {
    const { timeoutSeconds, memoryMb } = functionPlans[name];
    const invocation: Invocation = { id: randomUUID(), name, event, timeoutSeconds, memoryMb };
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(invocation.id, { resolve, reject });
        const timedOut = () => reject(new Error(`Task timed out after ${timeoutSeconds} seconds`));
        timer = setTimeout(timedOut, timeoutSeconds * 1000);
        this.#send(invocation, (error) => error && reject(error));
      });
    } finally {
      clearTimeout(timer);
      this.#pending.delete(invocation.id);
    }
  }

  /** Sends the clock's offset. It arrives before whatever is invoked from now on. */
  moveClock(offset_ms: number): void {
    this.#send({ offset_ms }, () => {});
  }

  #send(message: HostMessage, sent: (error: Error | null) => void): void {
    this.#child.send(message, sent);
  }

  /** Gives running handlers at most `graceMs` to end, then ends the process. */
  async end(graceMs: number): Promise<void> {
    // In real time, however the clock is moved meanwhile.
    const deadline = performance.now() + graceMs;
    while (this.#pending.size > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill("SIGKILL");
    await this.gone;
  }

  #settle(message: ChildMessage): void {
    if (message.kind === "result") this.#pending.get(message.id)?.resolve(message.result);
    if (message.kind === "error") this.#pending.get(message.id)?.reject(new Error(message.error));
  }
}

/** A file per generation: the one before is still in use. */
async function compile({ file, folder }: { file: string; folder: string }): Promise<string> {
  const compiled = join(folder, `${randomUUID()}.mjs`);
  // Only those who have a catalog elsewhere wait for esbuild.
  const { bundleCatalog } = await import("../../infra/bundle/bundle-catalog.ts");
  await bundleCatalog(file, compiled);
  return compiled;
}

function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  stream?.on("end", () => {
    if (rest !== "") take(rest);
  });
}
