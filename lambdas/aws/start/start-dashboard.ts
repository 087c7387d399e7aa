import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { makeLog } from "../log/log.ts";
import type { DashboardEnv } from "./env.ts";

/** Reads the files of the dashboard. Nothing is kept in memory: a page needs few files, and a local build may replace them. */
export function startDashboard({ DASHBOARD_FOLDER }: DashboardEnv) {
  // In a deployment relative to the bundle, which all of this code is in.
  const folder = new URL(`${DASHBOARD_FOLDER}/`, import.meta.url);
  return {
    read: (path: string) => readFile(fileURLToPath(new URL(path, folder))).catch(unlessMissing),
    log: makeLog("dashboard"),
  };
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
