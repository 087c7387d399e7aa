import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { execute as act } from "../../../lambdas/consumers/types/action/execute.ts";
import { decisionPolicy } from "../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../lambdas/consumers/types/feature/execute.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import { scheduleJob } from "../../../lambdas/core/operations/schedule-job.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { expressing } from "../../support/expressing.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const defaults = {
  params: { id: "$Input{body}{name}" },
  query: { most: "$Variable{limit}", at: "$Now" },
  headers: { "x-shop": "$Constant{brand} $$5" },
  body: { note: "of $Input{body}{name}", hostile: "$Constant{hostile}" },
};

/** Requests a job and runs it, with its steps, against a real server: what the server has seen, and the job. */
async function ask(event: string, input: Record<string, unknown>) {
  await using server = await httpServer((request, response) => json(response, 200, { echo: `$Now of ${request.url}` }));
  const at = { base_url: server.url };
  const api = { envs: { dev: at, prd: at }, actions: { order: { ...expressing.apps.api.actions.order, defaults } } };
  const product = { ...expressing, apps: { api } };
  expect(checkCatalog([product], registry)).toEqual([]);
  const services = fakeServices({ catalog: makeCatalog([product], registry) });
  const request = { product_tag: "shop", env: "prd", event, input, start_at: 0 };
  const { id } = await scheduleJob(services, parseRequest(request, services.catalog, services.clock.now()));
  while (services.queue.sent.length > 0) {
    for (const { type, message } of services.queue.sent.splice(0)) {
      if (type === "feature") await runJob(services, decide, message, { policy: decisionPolicy });
      else await runJob(services, act, message);
    }
  }
  const seen = server.seen.map(({ url, headers, body }) => ({ url, shop: headers["x-shop"], body: JSON.parse(body) }));
  return { job: await services.jobs.get(id), seen, now: services.clock.now() };
}

it("expressions of a job and of its action's defaults are evaluated once and sent", async () => {
  const { job, seen, now } = await ask("order_x", { body: { name: "$Trim(' a/b ')", self: "$Input{body}{name}!" } });
  expect(job).toMatchObject({ status: "completed" });
  expect(seen).toEqual([
    {
      url: `/orders/a%2Fb?most=9&at=${now}`,
      shop: "Shop $5",
      body: { note: "of a/b", hostile: "$Now", name: "a/b", self: "$Trim(' a/b ')!" },
    },
  ]);
});

it("an answer that looks like an expression stays data in a feature", async () => {
  const { job, seen, now } = await ask("onboard", { name: "Ada" });
  const echo = `$Now of /orders/Ada?most=9&at=${now}`;
  expect(seen).toEqual([
    {
      url: `/orders/Ada?most=9&at=${now}`,
      shop: "Shop $5",
      body: { note: "of Ada", hostile: "$Now", greeting: "Hi Ada!", name: "Ada", $key: "$5" },
    },
    {
      url: `/orders/second?most=9&at=${now}`,
      shop: "Shop $5",
      body: { note: "of ", hostile: "$Now", from: echo, limit: "9 of Shop" },
    },
  ]);
  expect(job).toMatchObject({ status: "completed", result: { inline: { text: `Shop: ${echo}`, limit: 9 } } });
});
