import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** What a process said before it ended, and how it ended. */
export interface Ended {
  code: number | null;
  /** One value per line of its output. */
  said: unknown[];
  errors: string;
}

/**
 * Runs a program of this folder in a process of its own, so that one that dies of what it reads is seen to die: the test's own process
 * has listeners that a Lambda has not.
 */
export async function inProcess(program: string, asked: unknown): Promise<Ended> {
  const env = { PATH: process.env.PATH, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", ...quiet };
  const path = fileURLToPath(new URL(`./${program}`, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(asked)], { env, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const lines = output.split("\n").filter((line) => line !== "");
  return { code: code as number | null, said: lines.map((line) => JSON.parse(line) as unknown), errors };
}

const quiet = { NODE_OPTIONS: "--disable-warning=ExperimentalWarning" };

/** In such a program: what was asked of it. */
export const asked = <Asked>(): Asked => JSON.parse(process.argv[2] ?? "null") as Asked;

/** In such a program: says a value. */
export const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
