import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Ran {
  code: number | null;
  output: string;
}

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** In milliseconds; a program that takes longer is ended and counts as failed. */
  timeout: number;
}

/** Runs a program to its end and returns its output. */
export async function run(program: string, args: string[], { env, cwd, timeout }: RunOptions): Promise<Ran> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output: code === null ? `${output}\nended after ${timeout / 1000} s` : output };
}

/** The same for a program that must not fail: throws its output if it does. */
export async function ran(program: string, args: string[], options: RunOptions): Promise<string> {
  const { code, output } = await run(program, args, options);
  if (code !== 0) throw new Error(output.trim());
  return output;
}

/** Starts a server and resolves with its first matching line, and with a way to end it. */
export async function started(program: string, args: string[], ready: RegExp, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const exit = once(child, "exit");
  const found = await Promise.race([
    exit.then(() => Promise.reject(new Error(`it ended:\n${output}`))),
    (async () => {
      for (;;) {
        const match = ready.exec(output);
        if (match) return match;
        await once(child.stdout, "data");
      }
    })(),
  ]);
  return {
    found,
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      await exit;
    },
  };
}
