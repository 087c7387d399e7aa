import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import { createAdaptorServer } from "@hono/node-server";
import { afterEach, expect, test } from "@jest/globals";
import { fastify } from "fastify";
import { Hono } from "hono";
import { serve, toNode } from "../../../../lambdas/code/serve.ts";
import { functionExecutor } from "../../../../lambdas/consumers/types/function/execute.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { listening, stopping } from "../../../support/aws/server.ts";
import { aJob } from "../../../support/builders.ts";
import { price } from "../../../support/code/functions.ts";

/* The handler of a team's own code behind servers that teams have. */

// Ships no types.
const express = createRequire(import.meta.url)("express") as {
  (): RequestListener & { all(path: string, handle: unknown): void; use(handle: unknown): void };
  json(): unknown;
};

const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const handler = serve({ functions: { price }, secret: key });
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const servers: Record<string, () => Promise<string>> = {
  async Hono() {
    const app = new Hono();
    app.all("/jobs", (c) => handler(c.req.raw));
    const server = createAdaptorServer({ fetch: app.fetch });
    stops.push(() => stopping(server as ReturnType<typeof createServer>));
    return listening(server as ReturnType<typeof createServer>);
  },
  async Express() {
    const app = express();
    app.all("/jobs", toNode(handler));
    app.use(express.json());
    const server = createServer(app);
    stops.push(() => stopping(server));
    return listening(server);
  },
  async Fastify() {
    const app = fastify();
    await app.register(async (jobs) => {
      // The signature is that of the bytes, so nothing else may read them.
      jobs.removeAllContentTypeParsers();
      jobs.addContentTypeParser("*", (_request, _payload, done) => done(null));
      jobs.all("/jobs", async (request, reply) => {
        reply.hijack();
        await toNode(handler)(request.raw, reply.raw);
      });
    });
    stops.push(() => app.close());
    return app.listen({ port: 0, host: "127.0.0.1" });
  },
};

test.each(Object.keys(servers))("a function behind %s answers a job, a large one too", async (name) => {
  const url = await servers[name]?.();
  const run = (payload: object) => {
    const target = { envs: { dev: { provider: "serve", url: `${url}/jobs`, secret: secret("shop/code") } } };
    const execution = anExecution({
      ...{ job: aJob({ type: "function", env: "dev", timeout_ms: 5000 }), target, input: { payload } },
      event: { type: "function", function: "price" } as never,
      secrets: { "shop/code": key },
      deadline: Date.now() + 5000,
    });
    return functionExecutor()({ ...execution, clock: { ...execution.clock, now: () => Date.now() } });
  };
  expect(await run({ sku: "A-1" })).toEqual({ total: 1999, currency: "EUR" });
  expect(await run({ sku: "A-1", quantity: 2, note: "ü".repeat(2_000_000) })).toMatchObject({ total: 3998 });
  expect(await (await fetch(`${url}/jobs`)).json()).toMatchObject({ v: 1, functions: ["price"] });
});
