import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { print } from "./measuring.mjs";
import * as activities from "./temporal-activities.mjs";

const [address, asked] = process.argv.slice(2);

// Its core would print warnings among the results.
const logging = { filter: { core: "ERROR", other: "ERROR" }, forward: {} };
Runtime.install({ logger: new DefaultLogger("ERROR"), telemetryOptions: { logging } });
const taskQueue = "beside";
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowsPath: fileURLToPath(new URL("temporal-programs.mjs", import.meta.url)),
  activities,
});
worker.run().catch((error) => {
  console.error(error);
  process.exit(1);
});
const { workflow } = new Client({ connection: await Connection.connect({ address }) });

const start = (name, many) => workflow.start(name, { taskQueue, workflowId: randomUUID(), args: [{ steps: many }] });
const run = async (name, many) => (await start(name, many)).result();
async function signal() {
  const handle = await start("signalled", 1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await handle.signal("go");
  const sent = Date.now();
  const [at] = await handle.result();
  return at - sent;
}

await print(JSON.parse(asked), run, signal);
process.exit(0);
