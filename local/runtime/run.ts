import "../terminal/quiet.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { cannotWrite, dataFaultOf } from "../data/data-fault.ts";
import { banner } from "../terminal/banner.ts";
import { readSettings, usage } from "./settings.ts";
import { startLocal } from "./start.ts";
import { StartError } from "./start-error.ts";

/** Time for requests in progress to receive their refusal. */
const answerMs = 1000;

function fail(error: unknown): never {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}

process.on("uncaughtException", (error) =>
  fail(dataFaultOf(error) === "full" ? new StartError(`${cannotWrite("The data folder")} (${error.message})`) : error),
);

/** `npm start`, through `main.ts`: the whole system on this machine. `start.ts` lists its parts. */
try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === "help") {
    console.log(usage);
    process.exit(0);
  }
  const local = await startLocal(settings);
  console.log(banner(local, process.uptime()));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      local.stop().then(() => process.exit(0), fail);
    });
  }
  local.broken.then(async (why) => {
    console.error(why);
    await sleep(answerMs);
    await local.stop().catch(() => {});
    process.exit(1);
  });
} catch (error) {
  fail(error);
}
