import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { describeWith, programPath } from "./servers.ts";

/** The package needs Python 3.11. */
function findPython(): string | undefined {
  const path = programPath("python3");
  const asked = path && spawnSync(path, ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
  return asked && asked.status === 0 ? path : undefined;
}

export const python = findPython();
export const pythonPackage = resolve("packages/python");

/** Describes tests that run the package in Python. It depends on nothing, so that it needs not be installed. */
export const describePython = describeWith("Python 3.11", python, "a Python of at least that version");

const withPackage = {
  ...process.env,
  PYTHONPATH: resolve(pythonPackage, "src"),
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONUNBUFFERED: "1",
};

/** Runs a program of the package to its end, and resolves with what it prints. Rejects if it fails. */
export async function runPython(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return promisify(execFile)(python ?? "python3", args, { cwd: pythonPackage, env: { ...withPackage, ...env } });
}

const started: ChildProcess[] = [];

/** Starts a server of the package, which prints its address first. */
export async function servePython(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(python ?? "python3", args, {
    ...{ cwd: pythonPackage, env: { ...withPackage, ...env }, stdio: ["ignore", "pipe", "inherit"] as const },
  });
  started.push(child);
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(() => Promise.reject(new Error(`python3 ${args.join(" ")} has ended`))),
  ]);
  return String(url);
}

/** Ends the servers that were started. */
export function stopPython(): void {
  for (const child of started.splice(0)) child.kill("SIGKILL");
}
