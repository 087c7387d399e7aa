import { parseArgs } from "node:util";
import type { LocalOptions } from "./start.ts";
import { StartError } from "./start-error.ts";

export const usage = `npm start -- [--port 3100] [--watch] [--quiet | --json] [--verbose] [--empty] [--schedules] [--allow-real] [--help]

Runs the whole system on this machine, with its dashboard.

  --port     the port of the API, instead of PORT; 0 for any that is free
  --watch    reload when products/, lambdas/ or .env.local change
  --quiet    print no line per attempt
  --json     print the handlers' log line of each attempt instead of a line for people
  --verbose  print every line of the handlers' log
  --empty    run no example on a data folder that is new
  --schedules
             follow the schedules of products/, which run here too then
  --allow-real
             let jobs call other machines than this one, which is refused otherwise
  --help     show this help

Environment variables:

  PORT          the port of the API (3000; 0 for any)
  DUCTAPE_DATA  the folder for all data (.ductape)`;

export interface Settings extends LocalOptions {
  /** Runs no example by itself. */
  empty: boolean;
}

/** Reads the options of `npm start` from its arguments and the environment, or "help" if its usage is requested. */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): Settings | "help" {
  const { help, quiet, json, port: given, "allow-real": allowReal, ...options } = flags(args);
  if (help) return "help";
  if (quiet && json) throw new StartError(`--quiet and --json exclude each other.\n\n${usage}`);
  const port = portOf(given ?? (env.PORT || "3000"));
  if (port === undefined)
    throw new StartError(`${given === undefined ? "PORT" : "--port"} must be a number from 0 to 65535.`);
  const attempts = quiet ? "none" : json ? "json" : "text";
  return { ...options, allowReal, attempts, port, dataDir: env.DUCTAPE_DATA || ".ductape" };
}

function portOf(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65_535 ? port : undefined;
}

function flags(args: string[]) {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { watch: flag, quiet: flag, json: flag, verbose: flag, empty: flag, schedules: flag };
    const more = { "allow-real": flag, port: { type: "string" }, help: { ...flag, short: "h" } } as const;
    return parseArgs({ args, options: { ...options, ...more } }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${usage}`);
  }
}
