import { parseArgs } from "node:util";
import type { LocalOptions } from "./start.ts";
import { StartError } from "./start-error.ts";

export const usage = `npm start -- [--watch] [--verbose] [--help]

Runs the whole system on this machine.

  --watch    reload when products/, lambdas/ or .env.local change
  --verbose  show the handlers' log
  --help     show this help

Environment variables:

  PORT          the port of the API (3000; 0 for any)
  DUCTAPE_DATA  the folder for all data (.ductape)`;

/** Reads the options of `npm start` from its arguments and the environment, or "help" if its usage is requested. */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): LocalOptions | "help" {
  const { help, ...options } = flags(args);
  if (help) return "help";
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new StartError("PORT must be a number from 0 to 65535.");
  return { ...options, port, dataDir: env.DUCTAPE_DATA || ".ductape" };
}

function flags(args: string[]) {
  try {
    const flag = { type: "boolean", default: false } as const;
    return parseArgs({ args, options: { watch: flag, verbose: flag, help: { ...flag, short: "h" } } }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${usage}`);
  }
}
