import { type SpawnSyncOptions, spawnSync } from "node:child_process";

/** Runs a program in a process of Node without anything loaded, and returns what it has printed last, which is JSON. */
export function inFreshProcess<Printed>(args: string[], options: Pick<SpawnSyncOptions, "env" | "input">): Printed {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--enable-source-maps", ...args], {
    ...options,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
