import "../terminal/quiet.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { cannotWrite, dataFaultOf } from "../data/data-fault.ts";
import { scheduleFirstApproval, scheduleFirstJob } from "../demo/first-job.ts";
import { banner } from "../terminal/banner.ts";
import type { Settings } from "./settings.ts";
import { type Local, startLocal } from "./start.ts";
import { StartError } from "./start-error.ts";

/** Time for requests in progress to receive their refusal. */
const answerMs = 1000;

/** Ends the process with what went wrong. */
export function fail(error: unknown): never {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}

/** Its page shows what a job went through. Where it cannot be scheduled the system is as good without it. */
async function runFirstJob(local: Local): Promise<void> {
  const id = await scheduleFirstJob(local).catch(() => undefined);
  if (id !== undefined) console.log(`A first job runs by itself: ${local.url}/#/jobs/${id}\n`);
  const asking = await scheduleFirstApproval(local).catch(() => undefined);
  if (asking !== undefined) console.log(`A second one asks you to decide, by a mail in ${local.url}/#/outbox\n`);
}

/** Runs the whole system in this process until it is interrupted or can no longer store jobs; both end the process. */
export async function runUntilEnded(settings: Settings): Promise<void> {
  process.on("uncaughtException", (error) =>
    fail(
      dataFaultOf(error) === "full" ? new StartError(`${cannotWrite("The data folder")} (${error.message})`) : error,
    ),
  );
  const local = await startLocal(settings);
  const demo = settings.catalog === undefined;
  console.log(banner(local, process.uptime(), demo));
  if (local.isNew && !settings.empty && demo) void runFirstJob(local);
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
}
