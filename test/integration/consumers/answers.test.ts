import { execute as actionExecutor } from "../../../lambdas/consumers/types/action/execute.ts";
import { execute as functionExecutor } from "../../../lambdas/consumers/types/function/execute.ts";
import { execute as notificationExecutor } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { consumerOf } from "../../support/executors/consumer-of.ts";
import { type HttpServer, httpServer } from "../../support/executors/http-server.ts";

const token = "sk_live_4f9a/+==7";
/** The address is a reference too: the catalog takes no plain address to which credentials are sent. */
const secretsFor = ({ url }: HttpServer) => ({ shop: token, url });

/** A provider that refuses everything, and repeats the request with its credentials in each way that it knows. */
const echoing = (type = "application/json") =>
  httpServer((request, response) => {
    const { authorization = "" } = request.headers;
    const body = JSON.stringify({ error: { code: "no_such_card" }, request, basic: btoa(authorization) });
    response.writeHead(422, {
      "content-type": type,
      "set-cookie": "s=1",
      "x-request-id": "r1",
      "x-echo": authorization,
    });
    response.end(type === "application/json" ? body : `<html>${body}</html>`);
  });

const cases = {
  action: (server: HttpServer) =>
    consumerOf(
      {
        event: { type: "action", app: "shop", action: "order", retries: 0 },
        entries: {
          shop: {
            envs: { prd: { base_url: secret("url"), auth: { type: "bearer", token: secret("shop") } } },
            actions: { order: { method: "POST", path: "/orders" } },
          },
        },
      },
      { execute: actionExecutor, secrets: secretsFor(server) },
    ),
  function: (server: HttpServer) =>
    consumerOf(
      {
        event: { type: "function", function: "order", retries: 0 },
        entries: {
          order: {
            envs: { prd: { provider: "http", url: server.url, auth: { type: "bearer", token: secret("shop") } } },
          },
        },
      },
      { execute: functionExecutor, secrets: secretsFor(server) },
    ),
  callback: (server: HttpServer) =>
    consumerOf(
      {
        event: { type: "notification", notification: "news", retries: 0 },
        entries: {
          news: {
            envs: { prd: { callback: { url: secret("url"), auth: { type: "bearer", token: secret("shop") } } } },
            messages: { hello: {} },
          },
        },
      },
      { execute: notificationExecutor, secrets: secretsFor(server) },
    ),
};

const inputs = {
  action: { body: { sku: "A-1" } },
  function: { payload: { sku: "A-1" } },
  callback: { slug: "hello", callback: { body: { sku: "A-1" } } },
};

test.each(Object.keys(cases) as (keyof typeof cases)[])(
  "the answer to a failed %s is kept, with all that the provider said but for the credentials",
  async (kind) => {
    for (const type of ["application/json", "text/html"]) {
      await using server = await echoing(type);
      const { run, answers } = cases[kind](server);
      const job = await run(inputs[kind]);
      const [answer] = await answers.of(job.id, 1);
      expect([job.status, answer?.status]).toEqual(["failed", 422]);
      expect(answer?.body).toContain("no_such_card");
      expect(answer?.headers).toMatchObject({ "x-request-id": "r1", "x-echo": "Bearer [credential]" });
      expect(Object.keys(answer?.headers ?? {})).not.toContain("set-cookie");
      const text = JSON.stringify(answer);
      for (const form of [
        token,
        encodeURIComponent(token),
        Buffer.from(token).toString("base64"),
        btoa(`Bearer ${token}`),
      ])
        expect(text).not.toContain(form);
    }
  },
);

test("an answer without an end is kept as far as it came, and the attempt does not wait for it", async () => {
  await using server = await httpServer((_, response) => {
    response.writeHead(503, { "content-type": "text/plain" });
    response.write("the queue is full, ");
  });
  const { run, answers, clock } = cases.action(server);
  let isOver = false;
  const ended = run(inputs.action).finally(() => {
    isOver = true;
  });
  await server.hit;
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(500);
  }
  const job = await ended;
  expect((await answers.of(job.id, 1))[0]).toMatchObject({ status: 503, cut: true });
});
