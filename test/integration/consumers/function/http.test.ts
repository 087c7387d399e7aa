import type { ServerResponse } from "node:http";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { functionExecutor } from "../../../../lambdas/consumers/types/function/execute.ts";
import type { HttpResult } from "../../../../lambdas/consumers/types/function/http.ts";
import { parameter, secret } from "../../../../lambdas/core/catalog/references.ts";
import type { Execution } from "../../../../lambdas/core/operations/execution.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { aJob } from "../../../support/builders.ts";
import { startHttpFunction } from "../../../support/function/http-function.ts";
import { isSigned } from "../../../support/function/sigv4.ts";

const job = aJob({ type: "function", env: "prd" });

describe("a function job that calls an HTTP function", () => {
  let world: Awaited<ReturnType<typeof startHttpFunction>>;
  const client = new LambdaClient(settings);
  const execute = functionExecutor(async () => client);
  beforeEach(async () => {
    world = await startHttpFunction();
  });
  afterEach(() => world.stop());
  afterAll(() => client.destroy());

  const run = (callee: Record<string, unknown> = {}, overrides: Partial<Execution> = {}) =>
    execute({
      ...anExecution({
        job,
        target: { envs: { prd: { provider: "http", url: `${world.url}/f`, ...callee } } },
        input: { payload: { amount: 5, note: "ключ" } },
      }),
      ...overrides,
    }) as Promise<HttpResult>;

  it("POSTs the payload with the run's idempotency key and returns the answer", async () => {
    world.answers(
      201,
      { "content-type": "application/json; charset=utf-8", "x-trace": "7", "set-cookie": "s=1" },
      '{"id":1}',
    );
    const result = await run();
    expect(result).toMatchObject({ status: 201, headers: { "x-trace": "7" }, body: { id: 1 } });
    expect(result.headers).not.toHaveProperty("set-cookie");
    const [call] = world.received;
    expect(call).toMatchObject({
      method: "POST",
      url: "/f",
      headers: { "content-type": "application/json", "idempotency-key": `${job.id}-1` },
    });
    expect(JSON.parse(call?.body ?? "")).toEqual({ amount: 5, note: "ключ" });
    expect(call?.headers).not.toHaveProperty("authorization");
  });

  it("POSTs nothing where the job has no payload, and null for a null payload", async () => {
    await run({}, { input: {} });
    await run({}, { input: { payload: null } });
    const [without, withNull] = world.received;
    expect(without).toMatchObject({ method: "POST", body: "", headers: { "content-length": "0" } });
    expect(without?.headers).not.toHaveProperty("content-type");
    expect(without?.headers).not.toHaveProperty("transfer-encoding");
    expect(withNull).toMatchObject({ body: "null", headers: { "content-type": "application/json" } });
  });

  it("signs a call without a payload for IAM too", async () => {
    await run({ auth: { type: "iam", region: "eu-west-1" } }, { input: {} });
    const [call] = world.received;
    expect(call).toMatchObject({ body: "" });
    expect(call && isSigned(call, "eu-west-1", "lambda")).toBe(true);
    expect(call && isSigned({ ...call, body: "null" }, "eu-west-1", "lambda")).toBe(false);
  });

  it.each(["set-cookie", "x-auth-token", "x-amz-security-token", "authorization", "x-api-key"])(
    "drops %s from the answer, as an action does",
    async (name) => {
      world.answers(200, { "content-type": "text/plain", [name]: "s3cret" }, "done");
      const result = await run();
      expect(result).toMatchObject({ body: "done", headers: { "content-type": "text/plain" } });
      expect(JSON.stringify(result)).not.toContain("s3cret");
    },
  );

  it.each([
    ["text", "text/plain", "hello", { body: "hello" }],
    ["invalid JSON unchanged", "application/json", "{oops", { body: "{oops", parse_error: true }],
    ["text in another charset", "text/plain; charset=latin1", Buffer.from([0xe4]), { body: "ä" }],
    ["JSON of a kind", "application/vnd.api+json", "[1]", { body: [1] }],
    ["nothing", "application/json", "", { body: null }],
    ["bytes", "image/png", Buffer.from([0x89, 0xff]), { body: "if8=", body_encoding: "base64" }],
  ])("reads %s as a body", async (_what, type, body, expected) => {
    world.answers(200, { "content-type": type }, body);
    expect(await run()).toMatchObject(expected);
  });

  const withToken = { secrets: anExecution({ secrets: { "f#token": "s3cret-token" } }).secrets };

  it("resolves the URL and a bearer token from references", async () => {
    const { secrets } = anExecution({
      secrets: { "/f/url": `${world.url}/by-reference\n`, "f#token": "s3cret-token\n" },
    });
    await run({ url: parameter("/f/url"), auth: { type: "bearer", token: secret("f#token") } }, { secrets });
    expect(world.received).toMatchObject([{ url: "/by-reference", headers: { authorization: "Bearer s3cret-token" } }]);
  });

  it.each([
    ["/f", "eu-west-1"],
    ["/a%20b/f?x=1&a=%C3%A9%20&b=", "us-east-2"],
  ])("signs for IAM as AWS verifies it: %s", async (path, region) => {
    await run({ url: world.url + path, auth: { type: "iam", region } });
    const [call] = world.received;
    expect(call?.url).toBe(path);
    expect(call && isSigned(call, region, "lambda")).toBe(true);
    expect(call && isSigned({ ...call, body: "{}" }, region, "lambda")).toBe(false);
    expect(call?.headers.authorization).toMatch(/SignedHeaders=[^,]*idempotency-key/);
  });

  it.each([
    ["an invalid URL", { "/f/url": "s3cret nonsense" }, {}, 'parameter("/f/url") is not a URL.'],
    [
      "plain HTTP to another host",
      { "/f/url": "http://s3cret.example" },
      {},
      'parameter("/f/url") must start with https://.',
    ],
    ["no URL", {}, {}, 'parameter("/f/url") does not exist.'],
    [
      "a token with a line break",
      { "/f/url": "https://localhost:1", t: "s3cret\r\nx: y" },
      { type: "bearer", token: secret("t") },
      'secret("t") is not a bearer token.',
    ],
    [
      "IAM without a region",
      { "/f/url": "https://localhost:1" },
      { type: "iam" },
      "The function's URL does not contain its region: add `region` to its auth in the catalog.",
    ],
  ])("%s is a configuration error", async (_what, secrets: Record<string, string>, auth, message) => {
    const target = { envs: { prd: { provider: "http", url: parameter("/f/url"), auth: { type: "none", ...auth } } } };
    const failed = execute(anExecution({ job, target, secrets, input: { payload: 1 } }));
    await expect(failed).rejects.toMatchObject({ code: "CONFIGURATION_ERROR", message, retryable: false });
  });

  it("retries a 500 with one call per attempt", async () => {
    world.does((response, _request, earlier) => response.writeHead(earlier < 2 ? 500 : 200).end("s3cret trace"));
    for (const _ of [1, 2]) {
      await expect(run()).rejects.toMatchObject({
        code: "PROVIDER_ERROR",
        retryable: true,
        message: "The function answered with status 500.",
      });
    }
    expect(await run()).toMatchObject({ status: 200 });
    expect(world.received).toHaveLength(3);
  });

  it("honours Retry-After", async () => {
    world.answers(429, { "retry-after": "30" });
    await expect(run()).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 30_000 });
  });

  it.each([
    [307, "POST"],
    [308, "POST"],
    [303, "GET"],
  ])("follows a redirect (%i) within the origin by a %s", async (status, method) => {
    world.does((response, _request, earlier) =>
      earlier === 0 ? response.writeHead(status, { location: "/moved?to=1" }).end() : response.end("done"),
    );
    expect(await run({ auth: { type: "bearer", token: secret("f#token") } }, withToken)).toMatchObject({
      status: 200,
      body: "done",
    });
    const [first, second] = world.received;
    expect(second).toMatchObject({
      method,
      url: "/moved?to=1",
      headers: { authorization: "Bearer s3cret-token", "idempotency-key": `${job.id}-1` },
      body: method === "POST" ? first?.body : "",
    });
  });

  it("signs the request that follows a redirect again", async () => {
    world.does((response, _request, earlier) =>
      earlier === 0 ? response.writeHead(308, { location: "/moved" }).end() : response.end(),
    );
    await run({ auth: { type: "iam", region: "eu-west-1" } });
    const signatures = world.received.map(({ headers }) => /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1]);
    expect(new Set(signatures).size).toBe(2);
    expect(signatures).not.toContain(undefined);
  });

  it("follows no redirect to another host, and gives up on endless redirects", async () => {
    world.answers(307, { location: "https://elsewhere.example/" });
    await expect(run()).rejects.toMatchObject({
      code: "PROVIDER_ERROR",
      retryable: false,
      message: "The function redirects to another host, which is not followed.",
    });
    expect(world.received).toHaveLength(1);
    world.answers(307, { location: "/again" });
    await expect(run()).rejects.toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
    expect(world.received).toHaveLength(7);
  });

  it("treats a redirect without a location as a refusal", async () => {
    world.answers(307);
    await expect(run()).rejects.toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
  });

  it("is retryable if the connection breaks before the answer", async () => {
    world.does((response) => void response.socket?.resetAndDestroy());
    await expect(run()).rejects.toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });

  it.each([
    ["is reset", (response: ServerResponse) => response.socket?.resetAndDestroy()],
    ["ends too early", (response: ServerResponse) => response.socket?.end()],
  ])("completes with what came of a success whose connection %s", async (_how, breaks) => {
    world.does((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => void breaks(response));
    });
    expect(await run()).toMatchObject({ status: 200, body: "half", decode_error: true });
    expect(world.received).toHaveLength(1);
  });

  it("fails on a refused connection without naming an address", async () => {
    const { port } = new URL(world.url);
    await world.stop();
    const failed = run();
    await expect(failed).rejects.toMatchObject({ code: "CONNECTION_ERROR" });
    await expect(failed).rejects.toThrow("The connection to the function failed (ECONNREFUSED).");
    await expect(failed).rejects.not.toThrow(port);
    world = await startHttpFunction();
  });

  it("reads at most 10 MB of any answer", async () => {
    world.does((response) => {
      response.writeHead(200);
      const more = () => response.write(Buffer.alloc(1_000_000)) && setImmediate(more);
      response.on("drain", more);
      more();
    });
    await expect(run()).rejects.toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
  });

  it.each([
    ["before", () => {}],
    ["within", (response: ServerResponse) => void response.writeHead(200).write("half")],
  ])("leaves a function that hangs %s its answer at the job's timeout", async (_when, hangs) => {
    const timeout = new AbortController();
    const reason = new Error("the shell's timeout");
    world.does((response) => {
      hangs(response);
      setImmediate(() => timeout.abort(reason));
    });
    await expect(run({}, { signal: timeout.signal })).rejects.toBe(reason);
  });

  it("makes no call when the time is already up", async () => {
    const reason = new Error("the shell's timeout");
    await expect(run({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(world.received).toEqual([]);
  });
});
