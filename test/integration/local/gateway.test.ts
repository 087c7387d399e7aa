import { afterEach, expect, jest, test } from "@jest/globals";
import { makeGateway } from "../../../local/gateway/gateway.ts";
import { type Listening, megabyte, sendJson, serve } from "../../../local/gateway/http.ts";
import type { Invoke } from "../../../local/host/invoke.ts";

let gateway: Listening | undefined;
afterEach(() => gateway?.close());

type Event = Record<string, never> & { requestContext: { authorizer?: unknown; http: object; requestId: string } };
const allow = async () => ({ isAuthorized: true, context: { scopes: "all" } });

/** A gateway with this api and this authorizer; it keeps what they were invoked with. */
async function aGateway(api: (event: Event) => Promise<unknown>, authorizer: () => Promise<unknown> = allow) {
  const seen: { name: string; event: Event }[] = [];
  const invoke: Invoke = (name, event) => {
    seen.push({ name, event: event as Event });
    return name === "authorizer" ? authorizer() : api(event as Event);
  };
  const outbox = async (_: unknown, response: Parameters<typeof sendJson>[0]) => sendJson(response, 200, { items: [] });
  gateway = await serve(makeGateway({ invoke, outbox, clock: outbox, session: outbox, timeoutMs: 200 }));
  const { url } = gateway;
  return { seen, ask: (path: string, init?: RequestInit) => fetch(url + path, init) };
}

const bearer = { authorization: "Bearer key" };
const ok = async () => ({ statusCode: 200, headers: { "Content-Type": "text/plain" }, body: "fine" });

test("a request becomes an event of payload format 2.0", async () => {
  const { ask, seen } = await aGateway(ok);
  await ask("/v1/jobs?label=a&label=b%20c&limit=5", {
    method: "POST",
    headers: { ...bearer, "Content-Type": "application/json", "Idempotency-Key": "k", cookie: "a=1; b=2" },
    body: '{"start_at":0}',
  });
  const event = seen.find(({ name }) => name === "api")?.event;
  expect(event).toMatchObject({
    version: "2.0",
    routeKey: "ANY /v1/{proxy+}",
    rawPath: "/v1/jobs",
    rawQueryString: "label=a&label=b%20c&limit=5",
    queryStringParameters: { label: "a,b c", limit: "5" },
    pathParameters: { proxy: "jobs" },
    headers: { authorization: "Bearer key", "idempotency-key": "k", "content-type": "application/json" },
    cookies: ["a=1", "b=2"],
    body: '{"start_at":0}',
    isBase64Encoded: false,
    requestContext: { http: { method: "POST", path: "/v1/jobs" }, authorizer: { lambda: { scopes: "all" } } },
  });
  expect(event?.headers).not.toHaveProperty("cookie");
});

test("a binary body travels as base64, in both directions", async () => {
  const bytes = Buffer.from([0, 255, 128]);
  const { ask, seen } = await aGateway(async (event) => ({ statusCode: 200, body: event.body, isBase64Encoded: true }));
  const response = await ask("/v1/x", {
    method: "PUT",
    headers: { ...bearer, "content-type": "image/png" },
    body: bytes,
  });
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  expect(seen.at(-1)?.event).toMatchObject({ body: bytes.toString("base64"), isBase64Encoded: true });
});

test("the Lambda's status, headers and cookies reach the client", async () => {
  const { ask } = await aGateway(async () => ({
    statusCode: 202,
    headers: { Location: "/v1/jobs/1", "Content-Type": "application/problem+json" },
    cookies: ["a=1", "b=2"],
    body: "{}",
  }));
  const response = await ask("/v1/jobs", { headers: bearer });
  expect(response.status).toBe(202);
  expect(response.headers.get("location")).toBe("/v1/jobs/1");
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

test.each(["GET", "HEAD", "POST"])("%s of the health check and the schemas needs no key", async (method) => {
  const { ask, seen } = await aGateway(ok);
  expect((await ask("/v1/health", { method })).status).toBe(200);
  expect((await ask("/openapi.json", { method })).status).toBe(200);
  expect((await ask("/events.json", { method })).status).toBe(200);
  expect(seen.map(({ name }) => name)).toEqual(["api", "api", "api"]);
});

test("an answer to HEAD has no Content-Length by the gateway", async () => {
  const { ask } = await aGateway(async () => ({ statusCode: 200 }));
  expect((await ask("/v1/jobs", { method: "HEAD", headers: bearer })).headers.get("content-length")).toBeNull();
  expect((await ask("/v1/jobs", { headers: bearer })).headers.get("content-length")).toBe("0");
});

test("a response whose status allows no body has no length", async () => {
  const { ask } = await aGateway(async () => ({ statusCode: 204 }));
  const { status, headers } = await ask("/v1/jobs/job_x", { method: "DELETE", headers: bearer });
  expect([status, headers.get("content-length"), headers.get("transfer-encoding")]).toEqual([204, null, null]);
});

test("a request without a key does not reach the authorizer", async () => {
  const { ask, seen } = await aGateway(ok);
  const response = await ask("/v1/jobs");
  expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
  expect(seen).toEqual([]);
});

test("the authorizer's refusal of a key is cached", async () => {
  const { ask, seen } = await aGateway(ok, async () => ({ isAuthorized: false }));
  await ask("/v1/jobs", { headers: bearer });
  const response = await ask("/v1/jobs", { headers: bearer });
  expect([response.status, await response.json()]).toEqual([403, { message: "Forbidden" }]);
  expect(seen.map(({ name }) => name)).toEqual(["authorizer"]);
});

test.each([
  ["a path that no route has", "/v2/jobs", ok, 404, "Not Found"],
  ["a handler that throws", "/v1/jobs", () => Promise.reject(new Error("boom")), 500, "Internal Server Error"],
  ["a handler that takes too long", "/v1/jobs", () => new Promise(() => {}), 503, "Service Unavailable"],
])("the gateway treats %s as API Gateway does", async (_name, path, api, status, message) => {
  jest.spyOn(console, "error").mockReturnValue();
  const { ask } = await aGateway(api);
  const response = await ask(path, { headers: bearer });
  expect([response.status, await response.json()]).toEqual([status, { message }]);
});

test("a body above 10 MB is refused", async () => {
  const { ask, seen } = await aGateway(ok);
  const response = await ask("/v1/jobs", { method: "POST", headers: bearer, body: "x".repeat(10 * megabyte + 1) });
  expect(response.status).toBe(413);
  // Lambda's own limit is lower, and counts the body's JSON encoding.
  const quotes = await ask("/v1/jobs", {
    method: "POST",
    headers: { ...bearer, "content-type": "application/json" },
    body: '"'.repeat(3_200_000),
  });
  expect(quotes.status).toBe(413);
  expect(seen).toEqual([]);
});

test("a response without a status is the body of a 200", async () => {
  const { ask } = await aGateway(async () => ({ hello: "world" }));
  const response = await ask("/v1/x", { headers: bearer });
  expect([response.status, await response.json()]).toEqual([200, { hello: "world" }]);
});

test.each([
  ["GET", "/", "*/*", "GET /", undefined],
  ["HEAD", "/", "*/*", "HEAD /", undefined],
  ["GET", "/assets/index-1.js", "*/*", "GET /assets/{proxy+}", { proxy: "index-1.js" }],
  ["GET", "/assets/", "*/*", "GET /assets/{proxy+}", { proxy: "" }],
  ["GET", "/nowhere", "text/html,*/*", "$default", undefined],
  ["GET", "/v1", "text/html,*/*", "$default", undefined],
])("the dashboard answers %s %s with Accept: %s, without a key", async (method, path, accept, routeKey, proxy) => {
  const { ask, seen } = await aGateway(ok);
  expect((await ask(path, { method, headers: { accept } })).status).toBe(200);
  expect(seen).toMatchObject([{ name: "dashboard", event: { routeKey, rawPath: path } }]);
  expect(seen[0]?.event.pathParameters).toEqual(proxy);
});

test.each([
  ["GET", "/nowhere", "application/json", 404],
  ["POST", "/", "text/html", 404],
  ["POST", "/nowhere", "text/html", 404],
  ["DELETE", "/assets/index-1.js", "text/html", 404],
  ["GET", "/v1/jobs", "text/html", 401],
])("the dashboard does not answer %s %s with Accept: %s", async (method, path, accept, status) => {
  const { ask, seen } = await aGateway(ok);
  expect((await ask(path, { method, headers: { accept } })).status).toBe(status);
  expect(seen).toEqual([]);
});

test("a browser sees the schemas at their paths, and not the dashboard", async () => {
  const { ask, seen } = await aGateway(ok);
  await ask("/openapi.json", { headers: { accept: "text/html" } });
  expect(seen.map(({ name }) => name)).toEqual(["api"]);
});

test("the outbox is served beside the API, without a key", async () => {
  const { ask } = await aGateway(ok);
  expect(await (await ask("/outbox")).json()).toEqual({ items: [] });
});
