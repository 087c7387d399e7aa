import { createServer } from "node:http2";
import * as restate from "@restatedev/restate-sdk";
import { services } from "./restate-programs.mjs";

const [urls, asked] = process.argv.slice(2);
const { ingress, admin } = JSON.parse(urls);
const { turns, steps, runs, stepsOfRun, signals } = JSON.parse(asked);

const server = createServer(restate.createEndpointHandler({ services, logger: () => {} })).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

async function ask(url, body) {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
const uri = `http://127.0.0.1:${server.address().port}`;
await ask(`${admin}/deployments`, { uri, force: true });

const run = (name, many) => ask(`${ingress}/${name}/run`, { steps: many });
async function signal(n) {
  const of = `${ingress}/signalled/run-${n}`;
  await ask(`${of}/run/send`, {});
  await new Promise((resolve) => setTimeout(resolve, 200));
  await ask(`${of}/go`, {});
  const sent = Date.now();
  const [at] = await ask(`${ingress}/restate/workflow/signalled/run-${n}/attach`);
  return at - sent;
}

await run("inTurn", 5);
const measured = { inTurn: [], atOnce: [], all: [], signals: [] };
for (let i = 0; i < turns; i++) {
  measured.inTurn.push(await run("inTurn", steps));
  measured.atOnce.push(await run("atOnce", steps));
}
measured.all = await Promise.all(Array.from({ length: runs }, () => run("inTurn", stepsOfRun)));
for (let n = 0; n < signals; n++) measured.signals.push(await signal(n));
console.log(JSON.stringify(measured));
process.exit(0);
