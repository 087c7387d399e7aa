import { resolve } from "node:path";
import { defaultCatalog } from "./check.ts";
import type { DevSettings, Io } from "./io.ts";

export interface DevOptions {
  catalog?: string;
  watch?: boolean;
  quiet?: boolean;
  json?: boolean;
  verbose?: boolean;
  empty?: boolean;
  schedules?: boolean;
}

/** `dev`: the whole system on this machine, until it is interrupted. */
export async function dev(io: Io, { catalog = defaultCatalog, ...flags }: DevOptions): Promise<void> {
  const { readSettings } = await import("../../../../local/runtime/settings.ts");
  const args = Object.entries(flags).flatMap(([name, on]) => (on ? [`--${name}`] : []));
  const settings = readSettings(args, io.env);
  if (settings === "help") return;
  await (io.dev ?? runHere)({ ...settings, catalog: resolve(io.cwd, catalog) });
}

const runHere = async (settings: DevSettings): Promise<void> => {
  const { runUntilEnded } = await import("../../../../local/runtime/run-until-ended.ts");
  await runUntilEnded(settings);
};
