import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { defineFeature } from "../../../../lambdas/code/feature/define-feature.ts";
import { serve, toLambda, toNode } from "../../../../lambdas/code/serve.ts";
import { servedCode } from "../../../../lambdas/consumers/clients/code/served-code.ts";
import { functionExecutor } from "../../../../lambdas/consumers/types/function/execute.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import type { StepMessage } from "../../../../lambdas/core/job/decide-messages.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { signedHeaders } from "../../../../lambdas/core/outbound/signed-headers.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { listening, stopping } from "../../../support/aws/server.ts";
import { aJob } from "../../../support/builders.ts";
import * as functions from "../../../support/code/functions.ts";

const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
const { price } = functions;
const handler = serve({ functions: { price }, secret: key });
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const clock = { now: () => Date.now(), sleep: async () => {}, timeout: () => () => {} };

async function run(
  listener: RequestListener,
  { secrets = { "shop/code": key }, payload = { sku: "A-1" } as unknown, ahead = 0 } = {},
) {
  const server = createServer(listener);
  const url = await listening(server);
  stops.push(() => stopping(server));
  const job = aJob({ type: "function", env: "dev", timeout_ms: 5000 });
  const target = { envs: { dev: { provider: "serve", url: `${url}/jobs`, secret: secret("shop/code") } } };
  const execution = anExecution({
    job,
    target,
    event: { type: "function", function: "price" } as never,
    input: { payload },
    secrets,
    deadline: Date.now() + ahead + 5000,
  });
  return functionExecutor()({ ...execution, clock: { ...execution.clock, now: () => clock.now() + ahead } });
}

const failing = async (listener: RequestListener, options = {}) => {
  const error: unknown = await run(listener, options).catch((caught: unknown) => caught);
  if (error instanceof JobError) return error;
  throw error;
};

describe("functions behind a handler", () => {
  it("are called by signed messages, over node:http as Express has it", async () => {
    expect(await run(toNode(handler))).toEqual({ total: 1999, currency: "EUR" });
  });

  it.each([
    ["another signature", { secrets: { "shop/code": other } }],
    ["one of another time", { ahead: 600_000 }],
  ])("refuse %s, with what to look at", async (_what, options) => {
    expect(await failing(toNode(handler), options)).toMatchObject({
      code: "UNAUTHORIZED",
      message:
        "The code refused the signature of the message: both sides need the same secret, and clocks at most five minutes apart.",
    });
  });

  it("accept two secrets while one is being changed", async () => {
    const both = serve({ functions: { price }, secret: [other, key] });
    expect(await run(toNode(both))).toMatchObject({ total: 1999 });
  });

  it("refuse a payload as they do elsewhere", async () => {
    expect(await failing(toNode(handler), { payload: {} })).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
    });
  });

  it.each([
    ["HTML", 200, "<html>", "PROVIDER_ERROR"],
    ["nothing", 200, "", "PROVIDER_ERROR"],
    ["JSON of something else", 200, '{"ok":true}', "PROVIDER_ERROR"],
    ["JSON of 100,000 levels", 200, "[".repeat(100_000), "PROVIDER_ERROR"],
    ["a status that says it is down", 503, "", "SERVICE_UNAVAILABLE"],
    ["a status that says there is nothing", 404, "", "NOT_FOUND"],
    ["a redirect", 302, "", "PROVIDER_ERROR"],
  ])("fail with what is no answer: %s", async (_what, status, body, code) => {
    const answer: RequestListener = (_request, response) => response.writeHead(status).end(body);
    expect(await failing(answer)).toMatchObject({ code });
  });

  it("say that a parser has read the body first", async () => {
    const parsed: RequestListener = async (request, response) => {
      for await (const _chunk of request);
      await toNode(handler)(Object.assign(request, { body: {} }), response);
    };
    expect(await failing(parsed)).toMatchObject({ code: "PROVIDER_ERROR", message: expect.stringContaining("500") });
  });

  it("say what there is, to a GET", async () => {
    const answer = await handler(new Request("https://code.example/jobs"));
    expect(await answer.json()).toEqual({ v: 1, functions: ["price"] });
    expect((await handler(new Request("https://code.example/jobs", { method: "PUT" }))).status).toBe(405);
  });

  it.each(["film", "ein Käse", "🎬\u0000\uffff", "\ud83c"])(
    "take a step of a feature whatever its key is: %j",
    async (step) => {
      const film = defineFeature({ run: (ctx) => ctx.step(step, () => "a film", { timeout: "1m" }) });
      const server = createServer(toNode(serve({ features: { film }, secret: key })));
      const url = await listening(server);
      stops.push(() => stopping(server));
      const { secrets, clock: _clock, ...execution } = anExecution({ secrets: { "shop/code": key } });
      const code = servedCode(
        { provider: "serve", url, secret: secret("shop/code") },
        { ...execution, secrets, clock },
      );
      const message: StepMessage = {
        ...{
          v: 1,
          kind: "step",
          key: step,
          attempt: 1,
          idempotency_key: "i",
          deadline_ms: 5000,
          now: 0,
          from: 0,
          log: [],
        },
        run: {
          ...{ id: "job_1", run: 1, attempt: 1, product: "shop", env: "dev", feature: "film" },
          definition: "",
          seed: "s",
          started_at: 0,
        },
        input: { v: null },
      };
      expect(await code.call("shop", message, execution)).toMatchObject({ outcome: { value: { v: "a film" } } });
    },
  );

  /* A server of Node does not catch what its listener's promise is rejected with: it would end the process, and with it all else that runs there. */
  describe("hold whatever comes", () => {
    async function served(listener: (...given: Parameters<RequestListener>) => Promise<void>) {
      const rejected: unknown[] = [];
      const server = createServer((request, response) => {
        listener(request, response).catch((error: unknown) => rejected.push(error));
      });
      const url = new URL(await listening(server));
      stops.push(() => stopping(server));
      const send = (text: string, more: (write: (text: string) => void) => void = () => {}) =>
        new Promise<string>((resolve) => {
          const socket = connect(Number(url.port), url.hostname);
          const parts: Buffer[] = [];
          socket.on("data", (part) => {
            parts.push(part);
            socket.end();
          });
          socket.on("error", () => {});
          socket.on("close", () => resolve(Buffer.concat(parts).toString()));
          socket.write(text);
          more((part) => (part === "" ? socket.destroy() : socket.write(part)));
        });
      return { rejected, send };
    }

    it.each(["TRACE", "PROPFIND", "HEAD", "DELETE"])("a %s is not allowed", async (method) => {
      const { rejected, send } = await served(toNode(handler));
      expect(await send(`${method} /jobs HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
      expect(rejected).toEqual([]);
    });

    it("a caller that leaves amid its message is gone", async () => {
      const { rejected, send } = await served(toNode(handler));
      const head = "POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n";
      await send(`${head}abc`, (write) => setTimeout(() => write(""), 50));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(rejected).toEqual([]);
    });

    it.each([
      ["that says so", "Content-Length: 999999999\r\n\r\n", 0],
      ["that does not", "Transfer-Encoding: chunked\r\n\r\n", 200],
    ])("a message without end %s is refused before all of it is there", async (_what, head, chunks) => {
      const { rejected, send } = await served(toNode(handler));
      const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
      const answer = await send(`POST /jobs HTTP/1.1\r\nHost: x\r\n${head}`, (write) => {
        for (let sent = 0; sent < chunks; sent++) write(chunk);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(rejected).toEqual([]);
    });

    it("what cannot be answered is an error of the server, which says why", async () => {
      const said = jest.spyOn(console, "error").mockImplementation(() => {});
      const { rejected, send } = await served(
        toNode(async () => {
          throw new Error("a value could not be read");
        }),
      );
      expect(await send("POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")).toMatch(/^HTTP\/1\.1 500 /);
      expect(said.mock.calls.flat().map(String).join()).toContain("a value could not be read");
      said.mockRestore();
      expect(rejected).toEqual([]);
    });
  });

  it("are a Lambda function behind a URL", async () => {
    const body = JSON.stringify({
      v: 1,
      kind: "call",
      function: "price",
      payload: { sku: "a" },
      job_id: "job_1",
      deadline_ms: 1000,
    });
    const { secrets } = anExecution({ secrets: { "shop/code": key } });
    const headers = await signedHeaders(secrets, { secret: secret("shop/code") }, { id: "m", body, now: Date.now() });
    const event = {
      requestContext: { http: { method: "POST" } },
      headers,
      body: Buffer.from(body).toString("base64"),
      isBase64Encoded: true,
    };
    const answer = await toLambda(handler)(event);
    expect(JSON.parse(answer.body)).toMatchObject({ outcome: { value: { v: { total: 1999 } } } });
    const old = await signedHeaders(
      secrets,
      { secret: secret("shop/code") },
      { id: "m", body, now: Date.now() - 600_000 },
    );
    expect((await toLambda(handler)({ ...event, headers: old })).statusCode).toBe(401);
  });
});
