import { AsyncLocalStorage } from "node:async_hooks";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@smithy/core/client";
import { catalogVariable } from "../../local/host/catalog-variable.ts";
import { type Call, callsOf } from "./calls.ts";

/*
 * Loaded before the handlers of a local system, while `npm run test:grants` runs. Keeps the catalog, and what each function asks of AWS, in files
 * that are named by the process.
 */
const folder = process.env.CALLS_FOLDER ?? "";
const running = new AsyncLocalStorage<string>();
const fileOf = (what: string) => join(folder, `${process.pid}.${what}`);

// Before the process's own listener, which runs the function within what is entered here.
process.on("message", ({ name }: { name?: string }) => name !== undefined && running.enterWith(name));
process.once("message", async () => {
  // `#catalog` of the code that runs, which may be a copy of this checkout with another catalog.
  const file = process.env[catalogVariable] ?? join(process.cwd(), "products/index.ts");
  const { products } = await import(pathToFileURL(file).href);
  writeFileSync(fileOf("catalog.json"), JSON.stringify(products));
});

const { send } = Client.prototype;
Client.prototype.send = function (this: typeof Client.prototype, ...[command, ...rest]: Parameters<typeof send>) {
  const entry = running.getStore();
  if (entry !== undefined) for (const call of callsOf(this.constructor.name, command)) note({ entry, ...call });
  return send.call(this, command, ...rest);
} as typeof send;

const seen = new Set<string>();
function note(call: Call & { entry: string }): void {
  const line = JSON.stringify(call);
  if (seen.has(line)) return;
  seen.add(line);
  appendFileSync(fileOf("calls"), `${line}\n`);
}
