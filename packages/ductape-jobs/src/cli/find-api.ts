import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { projectFolder } from "../project-folder.ts";
import { CliError, exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { keptKey } from "./sign-in/kept-keys.ts";

/** What the local runtime writes to its data folder while it runs, as far as commands need it. */
interface LocalRuntime {
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
  env.DUCTAPE_DATA ? resolve(cwd, env.DUCTAPE_DATA) : resolve(projectFolder(cwd), ".ductape");

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

/** Where the API is, without a key. Throws a CliError that says both ways if there is none. */
export function addressOf(io: Pick<Io, "env" | "cwd">, url: string | undefined): Omit<ApiAddress, "apiKey"> {
  const local = runningLocal(io);
  const asked = url ?? (io.env.DUCTAPE_URL?.trim() || undefined);
  if (asked === undefined) {
    if (local) return { url: local.url, from: "the local runtime", isLocal: true };
    throw new CliError(noApi(dataFolder(io)), exitCode.unreachable);
  }
  const from = url === undefined ? "DUCTAPE_URL" : "--url";
  // Not quoted, since an invalid address may contain a password.
  if (!/^https?:$/.test(URL.canParse(asked) ? new URL(asked).protocol : ""))
    throw new CliError(`${from} must be the address of the API, such as https://jobs.example.com.`);
  return { url: asked, from, isLocal: local !== undefined && originOf(asked) === originOf(local.url) };
}

/**
 * The API of `--url` or DUCTAPE_URL with the key DUCTAPE_API_KEY, or with that of `ductape-jobs login`, else the local runtime with its own key. A key of the environment is
 * not sent to a local runtime that was found by itself: it may be that of another API.
 */
export function findApi(io: Pick<Io, "env" | "cwd" | "now">, url: string | undefined): ApiAddress {
  const address = addressOf(io, url);
  const own = address.isLocal ? runningLocal(io)?.api_key : undefined;
  const given = address.from === "the local runtime" ? undefined : io.env.DUCTAPE_API_KEY?.trim();
  const kept = given || address.isLocal ? undefined : keptKey(io, address.url);
  const isOver = kept !== undefined && kept.expires_at <= (io.now ?? Date.now)();
  const apiKey = given || own || (isOver ? undefined : kept?.api_key);
  if (apiKey) return { ...address, apiKey };
  if (isOver) throw new CliError("The sign-in is over: ductape-jobs login", exitCode.refused);
  throw new CliError(
    `${address.from} names an API, but no key is set: set DUCTAPE_API_KEY to one of its keys. Where people sign in, ductape-jobs login gets one.`,
  );
}

const noApi = (folder: string): string =>
  [
    "There is no API to call. Either:",
    "  set DUCTAPE_URL and DUCTAPE_API_KEY to the address and a key of a deployment (the output ApiUrl), or",
    "  start the local runtime in another terminal: ductape-jobs dev",
    `No runtime is running with the data folder ${folder}; DUCTAPE_DATA names another one.`,
  ].join("\n");
