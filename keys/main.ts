import { catalog } from "../lambdas/consumers/types/catalog.ts";
import { readArguments } from "./arguments.ts";
import { runCommand } from "./commands.ts";
import { KeysError } from "./keys-error.ts";
import { openKeys } from "./open-table.ts";

/** `npm run keys`: makes, lists and revokes the API keys of a deployment. */
try {
  const { command, where } = readArguments(process.argv.slice(2));
  const keys = () => openKeys(where, process.env.DUCTAPE_DATA || ".ductape");
  const { out, message } = await runCommand({ keys, catalog, now: Date.now() }, command);
  if (out !== "") console.log(out);
  if (message !== undefined) console.error(message);
} catch (error) {
  console.error(error instanceof KeysError ? error.message : error);
  process.exitCode = 1;
}
