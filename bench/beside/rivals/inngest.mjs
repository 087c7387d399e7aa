import { randomUUID } from "node:crypto";
import { createServer } from "inngest/node";
import { inngest, resultOf } from "./inngest-client.mjs";
import { functions } from "./inngest-programs.mjs";
import { print } from "./measuring.mjs";

const asked = process.argv[3];

const server = createServer({ client: inngest, functions }).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const registered = await fetch(`http://127.0.0.1:${server.address().port}/api/inngest`, { method: "PUT" });
if (!registered.ok) throw new Error(`the registration answered ${registered.status}: ${await registered.text()}`);

async function start(name, many) {
  const run = randomUUID();
  const result = resultOf(run);
  await inngest.send({ name, data: { run, steps: many } });
  return { run, result };
}
const run = async (name, many) => (await start(name, many)).result;
async function signal() {
  const { run: id, result } = await start("signalled", 1);
  const again = () => new Promise((resolve) => setTimeout(resolve, 2000));
  await new Promise((resolve) => setTimeout(resolve, 200));
  // An event that comes before its run waits for it is lost.
  for (;;) {
    await inngest.send({ name: "go", data: { run: id } });
    const sent = Date.now();
    const times = await Promise.race([result, again()]);
    if (times) return times[0] - sent;
  }
}

await print(JSON.parse(asked), run, signal);
process.exit(0);
