import { join, relative, resolve } from "node:path";
import { readSettings } from "../../../../local/runtime/settings.ts";
import { defaultCatalog, projectFolder } from "../project-folder.ts";
import { codeFindings } from "./code-findings.ts";
import { dataFolder } from "./find-api.ts";
import type { DevSettings, Io } from "./io.ts";

interface DevOptions {
  catalog?: string;
  port?: string;
  watch?: boolean;
  quiet?: boolean;
  json?: boolean;
  verbose?: boolean;
  empty?: boolean;
  schedules?: boolean;
  allowReal?: boolean;
}

/** `dev`: the whole system on this machine, until it is interrupted. */
export async function dev(io: Io, { catalog, port, ...flags }: DevOptions): Promise<void> {
  const args = Object.entries(flags).flatMap(([name, on]) => (on ? [`--${optionOf(name)}`] : []));
  const settings = readSettings([...args, ...(port === undefined ? [] : [`--port=${port}`])], io.env);
  if (settings === "help") return;
  const project = projectFolder(io.cwd);
  const file = catalog === undefined ? join(project, defaultCatalog) : resolve(io.cwd, catalog);
  await (io.dev ?? runHere)({
    ...settings,
    dataDir: dataFolder(io),
    envFile: relative(io.cwd, join(project, ".env.local")),
    catalog: file,
    onCode: codeFindings(io, file),
  });
}

/** `allowReal` is `--allow-real`. */
const optionOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const runHere = async (settings: DevSettings): Promise<void> => {
  const { runUntilEnded } = await import("../../../../local/runtime/run-until-ended.ts");
  await runUntilEnded(settings);
};
