import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 10_000;

/**
 * Ends the PostgreSQL server that an earlier process left running in this folder, and removes the pid file of one that was
 * killed. The data folder is locked by now, so a server in it belongs to nobody else. The pid may have been reused by another
 * program, which must not be touched: its command line shows that.
 */
export async function endLeftover(folder: string): Promise<void> {
  const file = `${folder}/postmaster.pid`;
  const pid = pidIn(file);
  if (pid === undefined) return;
  // SIGINT is PostgreSQL's fast shutdown. SIGQUIT discards what is in memory, which its log restores.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if (!isServerOf(pid, folder)) break;
    process.kill(pid, signal);
    const end = Date.now() + patienceMs;
    while (isServerOf(pid, folder) && Date.now() < end) await sleep(50);
  }
  rmSync(file, { force: true });
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

const isServerOf = (pid: number, folder: string): boolean => {
  const { stdout } = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  return Boolean(stdout?.includes("postgres")) && stdout.includes(`-D ${folder} `);
};
