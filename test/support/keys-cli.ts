import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** `npm run keys -- ...` of the checkout `cwd`, as a process of its own: what it writes to which stream, and its exit code. */
export async function keysCli(args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()) {
  const options = { cwd, env: { ...env, NODE_OPTIONS: "" } };
  const run = promisify(execFile)(process.execPath, ["keys/main.ts", ...args], options);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}
