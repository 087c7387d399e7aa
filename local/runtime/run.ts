import "../terminal/quiet.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { cannotWrite, dataFaultOf } from "../data/data-fault.ts";
import { scheduleFirstJob } from "../demo/first-job.ts";
import { banner } from "../terminal/banner.ts";
import { readSettings, usage } from "./settings.ts";
import { type Local, startLocal } from "./start.ts";
import { StartError } from "./start-error.ts";

/** Time for requests in progress to receive their refusal. */
const answerMs = 1000;

function fail(error: unknown): never {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}

/** Its page shows what a job went through. Where it cannot be scheduled the system is as good without it. */
async function runFirstJob(local: Local): Promise<void> {
  const id = await scheduleFirstJob(local).catch(() => undefined);
  if (id !== undefined) console.log(`A first job runs by itself: ${local.url}/#/jobs/${id}\n`);
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
  if (local.isNew && !settings.empty) void runFirstJob(local);
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
