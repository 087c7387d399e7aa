import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CliError, exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** What the local runtime writes to its data folder while it runs, as far as commands need it. */
export interface LocalRuntime {
  url: string;
  api_key: string;
  pid: number;
}

/** Which API a command calls. */
export interface ApiAddress {
  url: string;
  apiKey: string;
  /** How it was found, for people. */
  from: string;
  /** Whether it is the runtime on this machine. */
  isLocal: boolean;
}

export const dataFolder = ({ env, cwd }: Pick<Io, "env" | "cwd">): string =>
  resolve(cwd, env.DUCTAPE_DATA || ".ductape");

/** The local runtime of the data folder, if its process lives. A killed one leaves its announcement behind. */
export function runningLocal(io: Pick<Io, "env" | "cwd">): LocalRuntime | undefined {
  try {
    const announced = JSON.parse(readFileSync(resolve(dataFolder(io), "local.json"), "utf8")) as LocalRuntime;
    return isAlive(announced.pid) && URL.canParse(announced.url) ? announced : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: unknown): boolean {
  if (!Number.isInteger(pid) || Number(pid) <= 0) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    // It lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

/**
 * The API of `--url` or DUCTAPE_URL with the key DUCTAPE_API_KEY, else the local runtime with its own key. Throws a CliError that says
 * both ways if there is neither. A key of the environment is never sent to the local runtime by itself: it may be that of another API.
 */
export function findApi(io: Pick<Io, "env" | "cwd">, url: string | undefined): ApiAddress {
  const local = runningLocal(io);
  const asked = url ?? (io.env.DUCTAPE_URL?.trim() || undefined);
  if (asked === undefined) {
    if (local) return { url: local.url, apiKey: local.api_key, from: "the local runtime", isLocal: true };
    throw new CliError(noApi(dataFolder(io)), exitCode.unreachable);
  }
  const isLocal = local !== undefined && originOf(asked) === originOf(local.url);
  const apiKey = io.env.DUCTAPE_API_KEY?.trim() || (isLocal ? local.api_key : undefined);
  const from = url === undefined ? "DUCTAPE_URL" : "--url";
  if (apiKey) return { url: asked, apiKey, from, isLocal };
  throw new CliError(`${from} names an API, but no key is set: set DUCTAPE_API_KEY to one of its keys.`);
}

const noApi = (folder: string): string =>
  [
    "There is no API to call. Either:",
    "  set DUCTAPE_URL and DUCTAPE_API_KEY to the address and a key of a deployment (the output ApiUrl), or",
    "  start the local runtime in another terminal: ductape-jobs dev",
    `No runtime is running with the data folder ${folder}; DUCTAPE_DATA names another one.`,
  ].join("\n");
