import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { defineFunction } from "../../../../lambdas/code/define-function.ts";
import { servePortable } from "../../../../lambdas/code/portable.ts";
import { toNode } from "../../../../lambdas/code/serve.ts";
import { functionExecutor } from "../../../../lambdas/consumers/types/function/execute.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { listening, stopping } from "../../../support/aws/server.ts";
import { aJob } from "../../../support/builders.ts";

const key = "an access key of Ductape";
const operations = {
  "price-of": defineFunction({
    input: z.object({ sku: z.string(), quantity: z.number().default(1) }),
    run: ({ quantity }, ctx) => ({ total: quantity * 1999, by: ctx.jobId, env: ctx.env }),
  }),
  refuse: defineFunction({
    run() {
      throw Object.assign(new Error("card 4242 is declined"), { code: "CARD_DECLINED", retryable: false });
    },
  }),
  hang: defineFunction({ run: () => new Promise(() => {}) }),
};
const handler = servePortable({ namespace: "shop.pricing", version: "2", operations, accessKey: key });

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  stops.push(() => stopping(server));
  return listening(server);
}

interface Asked {
  operation?: string;
  payload?: unknown;
  secrets?: Record<string, string>;
  timeout?: number;
}

async function run(
  listener: RequestListener,
  { operation = "price-of", payload = { sku: "A-1" }, secrets = { "shop/ductape": key }, timeout = 5000 }: Asked = {},
) {
  const url = `${await listen(listener)}/behind/`;
  const job = aJob({ type: "function", env: "dev", timeout_ms: timeout });
  const callee = {
    ...{ provider: "portable", url, namespace: "shop.pricing", version: "2", operation },
    access_key: secret("shop/ductape"),
  };
  const execution = anExecution({
    job,
    target: { envs: { dev: callee } },
    event: { type: "function", function: "price" } as never,
    input: { payload },
    secrets,
    deadline: Date.now() + timeout,
  });
  return functionExecutor()({ ...execution, clock: { ...execution.clock, now: () => Date.now() } });
}

const failing = async (listener: RequestListener, asked: Asked = {}): Promise<JobError> => {
  const error: unknown = await run(listener, asked).catch((caught: unknown) => caught);
  if (error instanceof JobError) return error;
  throw error;
};

describe("a portable function as a target", () => {
  it("is called at its well-known route, signed as Ductape signs", async () => {
    const seen: { url?: string | undefined; headers?: IncomingHttpHeaders; text?: string } = {};
    const result = await run(async (request, response) => {
      const text = Buffer.concat(await request.toArray()).toString();
      Object.assign(seen, { url: request.url, headers: request.headers, text });
      const { invocation_id } = JSON.parse(text).context;
      response.writeHead(200).end(JSON.stringify({ invocation_id, output: { total: 5 } }));
    });
    expect(result).toEqual({ total: 5 });
    expect(seen.url).toBe("/behind/.well-known/ductape/functions/shop.pricing/2/price-of");
    const { headers = {}, text = "" } = seen;
    const timestamp = String(headers["x-ductape-timestamp"]);
    expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(10_000);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-ductape-function": "shop.pricing.price-of@2",
      "x-ductape-signature": createHmac("sha256", key).update(`${timestamp}.${text}`).digest("hex"),
    });
    const { context, ...body } = JSON.parse(text);
    expect(body).toEqual({
      function: { namespace: "shop.pricing", operation: "price-of", version: "2" },
      input: { sku: "A-1" },
    });
    expect(context).toMatchObject({
      env: "dev",
      invocation_id: headers["x-ductape-invocation-id"],
      deadline_at: expect.stringMatching(/Z$/),
    });
  });

  const answering =
    (status: number, body: object): RequestListener =>
    (_request, response) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

  it.each([
    ["another invocation's answer", 200, { invocation_id: "x", output: 1 }, "PROVIDER_ERROR", undefined],
    ["no answer", 200, { ok: true }, "PROVIDER_ERROR", undefined],
    [
      "a failure that passes",
      503,
      { error: { code: "FUNCTION_UNAVAILABLE", message: "busy" } },
      "PROVIDER_ERROR",
      true,
    ],
    ["a failure for good", 422, { error: { code: "MODEL_LOST", message: "m" } }, "PROVIDER_ERROR", false],
    [
      "a payload that is refused",
      422,
      { error: { code: "FUNCTION_SCHEMA_VALIDATION_FAILED", message: "sku" } },
      "VALIDATION_ERROR",
      false,
    ],
    ["another key", 401, { error: { code: "FUNCTION_SIGNATURE_INVALID", message: "no" } }, "UNAUTHORIZED", undefined],
    ["a server that knows nothing of it", 404, {}, "NOT_FOUND", undefined],
  ])("fails with %s", async (_what, status, body, code, retryable) => {
    const error = await failing(answering(status, body));
    expect(error).toMatchObject({ code, ...(retryable !== undefined && { retryable }) });
  });
});

describe("functions served as portable ones", () => {
  it("are called by a job, in both directions at once", async () => {
    expect(await run(toNode(handler))).toMatchObject({ total: 1999, env: "dev" });
    expect(await failing(toNode(handler), { payload: {} })).toMatchObject({ code: "VALIDATION_ERROR" });
    expect(await failing(toNode(handler), { operation: "refuse" })).toMatchObject({
      code: "PROVIDER_ERROR",
      providerCode: "CARD_DECLINED",
      retryable: false,
    });
    expect(await failing(toNode(handler), { operation: "hang", timeout: 400 })).toMatchObject({ code: "TIMEOUT" });
    expect(await failing(toNode(handler), { operation: "none" })).toMatchObject({
      providerCode: "FUNCTION_OPERATION_NOT_FOUND",
    });
    expect(await failing(toNode(handler), { secrets: { "shop/ductape": "another" } })).toMatchObject({
      code: "UNAUTHORIZED",
    });
  });

  const body = JSON.stringify({
    function: { namespace: "shop.pricing", operation: "price-of", version: "2" },
    input: { sku: "A-1" },
    context: { product: "p", env: "test", feature_id: "f", invocation_id: "inv-1" },
  });
  const route = "/.well-known/ductape/functions/shop.pricing/2/price-of";
  const post = async ({
    path = route,
    text = body,
    at = Date.now(),
    by = key,
    named = "shop.pricing.price-of@2",
  } = {}) => {
    const headers = {
      "x-ductape-invocation-id": "inv-1",
      "x-ductape-timestamp": String(at),
      "x-ductape-signature": createHmac("sha256", by).update(`${at}.${text}`).digest("hex"),
      "x-ductape-function": named,
    };
    const answer = await handler(new Request(`https://code.example${path}`, { method: "POST", headers, body: text }));
    return { status: answer.status, ...((await answer.json()) as object) };
  };

  it("answer with the invocation's id", async () => {
    expect(await post()).toEqual({
      status: 200,
      invocation_id: "inv-1",
      output: { total: 1999, by: "inv-1", env: "test" },
    });
  });

  it.each([
    ["another key", { by: "another" }, 401, "FUNCTION_SIGNATURE_INVALID"],
    ["a signature of six minutes ago", { at: Date.now() - 6 * 60_000 }, 401, "FUNCTION_SIGNATURE_INVALID"],
    ["a signature of the future", { at: Date.now() + 6 * 60_000 }, 401, "FUNCTION_SIGNATURE_INVALID"],
    ["another operation's route", { path: route.replace("price-of", "refuse") }, 422, "FUNCTION_ROUTE_MISMATCH"],
    ["another name", { named: "shop.pricing.refuse@2" }, 422, "FUNCTION_ROUTE_MISMATCH"],
    ["a signed body that is no invocation", { text: "[]" }, 400, "FUNCTION_CONTRACT_INVALID"],
    ["a signed body that is no JSON", { text: "{" }, 400, "FUNCTION_CONTRACT_INVALID"],
    [
      "an operation of another version",
      {
        text: body.replace('"version":"2"', '"version":"1"'),
        path: route.replace("/2/", "/1/"),
        named: "shop.pricing.price-of@1",
      },
      404,
      "FUNCTION_OPERATION_NOT_FOUND",
    ],
  ])("refuse %s", async (_what, asked, status, code) => {
    expect(await post(asked)).toMatchObject({ status, error: { code, retryable: false } });
  });
});
