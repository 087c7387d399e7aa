import { join, resolve } from "node:path";
import { loadCatalog } from "../../../../infra/bundle/load-catalog.ts";
import type { Command as KeysCommand } from "../../../../keys/arguments.ts";
import { runCommand } from "../../../../keys/commands.ts";
import { openKeys } from "../../../../keys/open-table.ts";
import { definitions } from "../../../../lambdas/consumers/types/definitions.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import { defined } from "../../../../lambdas/core/kernel/defined.ts";
import { defaultCatalog, projectFolder } from "../project-folder.ts";
import { CliError } from "./exit-code.ts";
import { dataFolder } from "./find-api.ts";
import type { Io } from "./io.ts";

interface KeysOptions {
  stage: string;
  table?: string;
  local?: boolean;
  catalog?: string;
}

type KeyOptions = KeysOptions & Omit<Extract<KeysCommand, { do: "create" }>, "do">;

/** `keys ...`: the keys of a deployment, in its table. They are no part of the API, so that no key can make another one. */
async function runKeys(io: Io, command: KeysCommand, options: KeysOptions): Promise<void> {
  const { stage, table, local = false } = options;
  if (local && table !== undefined) throw new CliError("--local has its own table: leave out --table.");
  const keys = () => openKeys({ stage, table, local }, dataFolder(io));
  const catalog = command.do === "create" ? await catalogOf(io, options.catalog) : made([]);
  const services = { keys, catalog, now: (io.now ?? Date.now)() };
  const { out, message } = await runCommand(services, command).catch((error: Error) => {
    error.message = inOurWords(error.message);
    throw error;
  });
  if (out !== "") io.out.write(`${out}\n`);
  if (message !== undefined) io.err.write(`${inOurWords(message)}\n`);
}

/** The messages name the commands of the repository. */
const inOurWords = (text: string): string =>
  text.replaceAll("npm run keys --", "ductape-jobs keys").replaceAll("npm start", "ductape-jobs dev");

async function catalogOf({ cwd }: Io, file: string | undefined) {
  return made(await loadCatalog(resolve(cwd, file ?? join(projectFolder(cwd), defaultCatalog))));
}

const made = (products: readonly unknown[]) => makeCatalog(products as Parameters<typeof makeCatalog>[0], definitions);

export const createKey = (io: Io, options: KeyOptions): Promise<void> => {
  const { name, products, envs, role, verbs, expires, rate } = options;
  return runKeys(io, { do: "create", name, products, envs, ...defined({ role, verbs, expires, rate }) }, options);
};

export const listKeys = (io: Io, options: KeysOptions): Promise<void> => runKeys(io, { do: "list" }, options);

export const revokeKey = (io: Io, id: string, options: KeysOptions): Promise<void> =>
  runKeys(io, { do: "revoke", id }, options);
