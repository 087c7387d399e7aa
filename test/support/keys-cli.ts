import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Runs `npm run keys -- ...` of the checkout `cwd` in its own process; returns what it writes to each stream and its exit code.
 */
export async function keysCli(args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()) {
  const options = { cwd, env: { ...env, NODE_OPTIONS: "" } };
  const run = promisify(execFile)(process.execPath, ["keys/main.ts", ...args], options);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}
