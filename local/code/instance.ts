import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { extension } from "../../infra/bundle/extension.ts";
import { codePlan } from "../../lambdas/topology.ts";
import { offsetVariable } from "../clock/offset-variable.ts";
import { clockOffset } from "../clock/shifted-date.ts";
import { allowRealVariable } from "../host/allow-real-variable.ts";
import { eachBoundedLine } from "./each-bounded-line.ts";
import type { InstanceAnswer, InstanceMessage } from "./protocol.ts";

export interface InstanceOptions {
  env: NodeJS.ProcessEnv;
  /** Whether the code may call other machines than this one. */
  allowReal: boolean;
  /** Called for each call of another machine that was refused. */
  onRefused: (host: string) => void;
  /** Receives what the code writes, with the message that it works on. */
  onOutput: (line: string, message: unknown) => void;
}

/** How a call ended: with an answer, or in the words in which Lambda says how its process has ended. */
export type CallEnd = { answer: unknown } | { errorType: string; errorMessage: string };

const preloaded = ["../clock/preload", "../host/network-hook"].flatMap((file) => [
  "--import",
  new URL(`${file}${extension}`, import.meta.url).href,
]);

/** How long after its deadline a call is ended whose process has neither answered nor ended itself. */
const graceMs = 3000;

/** One process with the code of a product. It runs one call at a time, so that whatever ends it ends that call alone. */
export class Instance {
  readonly file: string;
  readonly gone: Promise<void>;
  #child: ChildProcess;
  #isTaken = false;
  #isOver = false;
  #current: { id: string; message: unknown; end: (end: CallEnd) => void } | undefined;

  constructor(file: string, { env, allowReal, onRefused, onOutput }: InstanceOptions) {
    this.file = file;
    this.#child = fork(fileURLToPath(new URL(`./child${extension}`, import.meta.url)), [file], {
      env: {
        ...env,
        [offsetVariable]: String(clockOffset()),
        [allowRealVariable]: allowReal ? "yes" : undefined,
      },
      execArgv: [
        ...preloaded,
        "--enable-source-maps",
        `--max-old-space-size=${codePlan.memoryMb}`,
        "--disable-warning=ExperimentalWarning",
      ],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      eachBoundedLine(stream, (line) => onOutput(line, this.#current?.message));
    this.#child.on("message", (said: InstanceAnswer) => {
      if (said.kind === "refused") onRefused(said.host);
      // A second answer, or one of a call that is over, is nobody's.
      else if (said.kind !== "ready" && said.id === this.#current?.id)
        this.#settle(
          said.kind === "answer" ? { answer: said.answer } : { errorType: "Runtime.Unknown", errorMessage: said.error },
        );
    });
    this.gone = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        const how = signal === null ? `exit status ${code}` : `signal: ${signal === "SIGABRT" ? "aborted" : "killed"}`;
        this.#settle({ errorType: "Runtime.ExitError", errorMessage: `Runtime exited with error: ${how}` });
        resolve();
      });
    });
  }

  get isIdle(): boolean {
    return !this.#isTaken && this.#child.connected;
  }

  /** Keeps it for one call, which has to follow. */
  take(): this {
    this.#isTaken = true;
    return this;
  }

  /** Runs one call to its end, which comes at the latest shortly after its deadline. */
  async call(message: unknown): Promise<CallEnd> {
    const { deadline_ms = codePlan.timeoutSeconds * 1000 } = Object(message) as { deadline_ms?: number };
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<CallEnd>((resolve) => {
      this.#current = { id: randomUUID(), message, end: resolve };
      timer = setTimeout(() => {
        this.end();
        this.#settle({ errorType: "Sandbox.Timedout", errorMessage: "Task timed out" });
      }, deadline_ms + graceMs);
      this.#send({ id: this.#current.id, message });
    });
    const end = await ended;
    clearTimeout(timer);
    this.#isTaken = this.#isOver;
    return end;
  }

  moveClock(offset_ms: number): void {
    this.#send({ offset_ms });
  }

  end(): void {
    // It is connected until it has gone.
    this.#isTaken = true;
    this.#isOver = true;
    this.#child.kill("SIGKILL");
  }

  #send(message: InstanceMessage): void {
    // One that has just ended settles its call by its exit.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #settle(end: CallEnd): void {
    this.#current?.end(end);
    this.#current = undefined;
  }
}
