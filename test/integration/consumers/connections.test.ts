import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { jest } from "@jest/globals";
import { recentConnectionsOnly } from "../../../lambdas/aws/client/agents.ts";
import { execute } from "../../../lambdas/consumers/types/action/execute.ts";
import { anExecution, failureOf } from "../../support/executors/execution.ts";
import { type Answer, httpServer } from "../../support/executors/http-server.ts";
import { startGate } from "../../support/tcp-gate.ts";

/** One call of a one-action app. */
const calling = (base_url: string, method = "POST") =>
  execute(
    anExecution({
      event: { type: "action", app: "shop", action: "do" },
      target: { envs: { dev: { base_url } }, actions: { do: { method, path: "/" } } },
    }),
  );

const ok: Answer = (_, response) => response.end("ok");

async function gated(answer: Answer) {
  const server = await httpServer(answer);
  const gate = await startGate(Number(new URL(server.url).port));
  const [closeGate, closeServer] = [gate[Symbol.asyncDispose], server[Symbol.asyncDispose]];
  const url = `http://127.0.0.1:${gate.port}`;
  return {
    url,
    gate,
    seen: server.seen,
    async [Symbol.asyncDispose]() {
      await closeGate();
      await closeServer.call(server);
    },
  };
}

afterEach(() => {
  jest.restoreAllMocks();
});

test("calls in a burst share a connection", async () => {
  await using provider = await gated(ok);
  await calling(provider.url);
  await calling(provider.url);
  expect(provider.gate.open()).toBe(1);
});

test.each(["GET", "POST"])("a %s after a freeze goes out on a new connection, once", async (method) => {
  await using provider = await gated(ok);
  await calling(provider.url, method);
  provider.gate.forget();
  const thawed = Date.now() + recentConnectionsOnly.maxIdleMs + 1;
  jest.spyOn(Date, "now").mockReturnValue(thawed);
  await calling(provider.url, method);
  expect(provider.seen).toHaveLength(2);
});

test("when a connection breaks within a burst, only an idempotent request is repeated at once", async () => {
  let breaks = false;
  await using provider = await gated((_, response, raw) => {
    if (!breaks) return response.end("ok");
    breaks = false;
    return raw.socket.resetAndDestroy();
  });
  await calling(provider.url, "PUT");
  breaks = true;
  expect(await calling(provider.url, "PUT")).toMatchObject({ status: 200 });
  expect(provider.seen).toHaveLength(3);
  breaks = true;
  expect(await failureOf(calling(provider.url, "POST"))).toMatchObject({
    code: "CONNECTION_ERROR",
    retryable: true,
    message: "The connection to the provider failed (ECONNRESET).",
  });
  expect(provider.seen).toHaveLength(4);
});

test.each([
  ["gzip", gzipSync("a string")],
  ["deflate", deflateSync("a string")],
  ["br", brotliCompressSync("a string")],
  ["gzip, br", brotliCompressSync(gzipSync("a string"))],
  ["an unknown encoding", Buffer.from("a string")],
])("a response compressed with %s is read", async (encoding, body) => {
  await using server = await httpServer((_, response) =>
    response.writeHead(200, { "content-type": "text/plain", "content-encoding": encoding }).end(body),
  );
  expect(await calling(server.url)).toMatchObject({ status: 200, body: "a string" });
});

test("a response that is not compressed as declared is read unchanged, with a mark", async () => {
  await using server = await httpServer((_, response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end("a string"),
  );
  expect(await calling(server.url)).toMatchObject({ status: 200, body: "a string", decode_error: true });
});

test.each([204, 205])("a response with status %d has no body", async (status) => {
  await using server = await httpServer((_, response) => response.writeHead(status).end());
  expect(await calling(server.url)).toMatchObject({ status, body: null });
});

test("a status code outside of HTTP fails the job permanently", async () => {
  await using server = await httpServer((_, response) => response.writeHead(799).end());
  expect(await failureOf(calling(server.url))).toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
});
