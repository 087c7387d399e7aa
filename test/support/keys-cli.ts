import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const repository = resolve(".");

/** `npm run keys -- ...` as a process of its own: what it says where, and how it ends. */
export async function keysCli(args: string[], env: NodeJS.ProcessEnv) {
  const options = { cwd: repository, env: { ...env, NODE_OPTIONS: "" } };
  const run = promisify(execFile)(process.execPath, ["keys/main.ts", ...args], options);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}
