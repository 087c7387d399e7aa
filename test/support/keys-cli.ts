import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const repository = resolve(".");

/** `npm run keys -- ...` as a process of its own: what it says where, and how it ends. */
export async function keysCli(args: string[], env: NodeJS.ProcessEnv) {
  const tsx = join(repository, "node_modules/tsx/dist/cli.mjs");
  const options = { cwd: repository, env: { ...env, NODE_OPTIONS: "" } };
  const run = promisify(execFile)(process.execPath, [tsx, "keys/main.ts", ...args], options);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}
