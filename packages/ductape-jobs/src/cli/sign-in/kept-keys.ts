import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError } from "../exit-code.ts";
import type { Io } from "../io.ts";

/** The key of a person, until it expires. */
interface KeptKey {
  api_key: string;
  /** Epoch milliseconds. */
  expires_at: number;
  /** Whose it is, for people. */
  name: string;
}

type Env = Pick<Io, "env">;

/** Where the keys of sign-ins are, outside of any project: nothing of it is committed by mistake. Undefined without a home. */
function fileOf({ env }: Env): string | undefined {
  const home = env.HOME || env.USERPROFILE;
  const folder = env.XDG_CONFIG_HOME || env.APPDATA || (home && join(home, ".config"));
  return folder ? join(folder, "ductape-jobs", "keys.json") : undefined;
}

/** An API by its address: with or without `/v1`, and without a slash at its end, it is the same. */
const nameOf = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/(\/v1)?\/*$/, "")}`;
};

function keysIn(file: string): Record<string, KeptKey> {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof kept === "object" && kept !== null && !Array.isArray(kept) ? (kept as Record<string, KeptKey>) : {};
  } catch {
    return {};
  }
}

/** The key of the last sign-in at this API, also one that has expired. */
export function keptKey(io: Env, url: string): KeptKey | undefined {
  const file = fileOf(io);
  const kept =
    file === undefined ? undefined : Object.entries(keysIn(file)).find(([name]) => name === nameOf(url))?.[1];
  return typeof kept?.api_key === "string" && typeof kept.expires_at === "number" ? kept : undefined;
}

/** Keeps a key in a file that only its owner may read, or forgets it. Another command never sees half of the file. */
export function keepKey(io: Env, url: string, key: KeptKey | undefined): void {
  const file = fileOf(io);
  if (file === undefined) throw new CliError("There is no place to keep the key: set HOME, or XDG_CONFIG_HOME.");
  const others = Object.entries(keysIn(file)).filter(([name]) => name !== nameOf(url));
  const all = Object.fromEntries(key ? [...others, [nameOf(url), key]] : others);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, file);
}
