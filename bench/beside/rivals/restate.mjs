import { createServer } from "node:http2";
import * as restate from "@restatedev/restate-sdk";
import { print } from "./measuring.mjs";
import { services } from "./restate-programs.mjs";

const [urls, asked] = process.argv.slice(2);
const { ingress, admin } = JSON.parse(urls);

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

await print(JSON.parse(asked), run, signal);
process.exit(0);
