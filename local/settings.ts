import { parseArgs } from "node:util";
import type { LocalOptions } from "./start.ts";
import { StartError } from "./start-error.ts";

export const usage = `npm start -- [--watch] [--verbose]
  --watch    take changes in products/ and lambdas/ into service
  --verbose  show the handlers' log
  PORT          the port of the API (3000; 0 for any)
  DUCTAPE_DATA  the folder that everything is kept in (.ductape)`;

/** The options of `npm start`, from its arguments and the environment. */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): LocalOptions {
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StartError("PORT is a number from 0 to 65535.");
  return { ...flags(args), port, dataDir: env.DUCTAPE_DATA || ".ductape" };
}

function flags(args: string[]) {
  try {
    const options = { watch: { type: "boolean" }, verbose: { type: "boolean" } } as const;
    const { watch = false, verbose = false } = parseArgs({ args, options }).values;
    return { watch, verbose };
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${usage}`);
  }
}
