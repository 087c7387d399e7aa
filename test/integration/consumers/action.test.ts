import { execute } from "../../../lambdas/consumers/types/action/execute.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import type { JobError } from "../../../lambdas/core/job/job-error.ts";
import { anExecution, failureOf, secretsOf } from "../../support/executors/execution.ts";
import { type Answer, httpServer, json } from "../../support/executors/http-server.ts";

const secrets = secretsOf({
  'secret("app#token")': "tok-1",
  'secret("app#password")': "pass:word",
  'secret("broken")': "a\nb",
});

/** One call of a one-action app. */
const calling = (base_url: string, { auth = {}, action = {}, input = {}, ...others } = {} as Record<string, object>) =>
  execute(
    anExecution({
      event: { type: "action", app: "shop", action: "do" },
      target: {
        envs: { dev: { base_url, ...("type" in (auth as object) && { auth }) } },
        actions: { do: { method: "POST", path: "/do", ...action } },
      },
      input: input as Record<string, unknown>,
      secrets,
      ...others,
    }),
  );

const ok: Answer = (_, response) => json(response, 200, { ok: true });

/** The same server at an address that does not look like loopback. */
const beyond = (url: string) => url.replace("127.0.0.1", "0.0.0.0");

describe("credentials for plain HTTP", () => {
  test.each([
    ["basic", { type: "basic", username: "me", password: secret("app#password") }],
    ["bearer", { type: "bearer", token: secret("app#token") }],
    ["api_key", { type: "api_key", in: "query", name: "key", key: secret("app#token") }],
  ])("by %s are sent to this machine only", async (_type, auth) => {
    await using server = await httpServer(ok);
    const error = await failureOf(calling(beyond(server.url), { auth }));
    expect(error).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    expect(error.message).toBe(
      "The base URL of app shop in env dev must start with https://, since credentials are sent there.",
    );
    expect(server.seen).toEqual([]);
    expect(await calling(server.url, { auth })).toMatchObject({ status: 200 });
  });

  test("to a URL behind a reference are refused by the reference's name", async () => {
    await using server = await httpServer(ok);
    const auth = { type: "bearer", token: secret("app#token") };
    const at = (url: string) =>
      execute(
        anExecution({
          event: { type: "action", app: "shop", action: "do" },
          target: {
            envs: { dev: { base_url: parameter("/shop/url"), auth } },
            actions: { do: { method: "POST", path: "/do" } },
          },
          secrets: secretsOf({ 'parameter("/shop/url")': url, 'secret("app#token")': "tok-1" }),
        }),
      );
    const error = await failureOf(at(beyond(server.url)));
    expect(error).toMatchObject({ code: "CONFIGURATION_ERROR" });
    expect(error.message).toContain('parameter("/shop/url"), must start with https://');
    expect(error.message).not.toContain("0.0.0.0");
    expect(await at(server.url)).toMatchObject({ status: 200 });
  });

  test("are no matter for an app without credentials", async () => {
    await using server = await httpServer(ok);
    expect(await calling(beyond(server.url))).toMatchObject({ status: 200 });
  });
});

describe("an action", () => {
  test("sends the catalog's defaults merged with the input, and returns the response", async () => {
    await using server = await httpServer((_, response) =>
      json(response, 201, { id: 7 }, { "set-cookie": "s=1", "x-request-id": "r1" }),
    );
    const result = await calling(`${server.url}/v1`, {
      action: {
        path: "/orders/:customer",
        defaults: { query: { source: "jobs", page: 1 }, headers: { "X-Tag": "a" }, body: { a: 1, b: 1 } },
      },
      input: { params: { customer: "a/b" }, query: { page: 2 }, headers: { "x-tag": "b" }, body: { b: 2 } },
    });
    expect(result).toMatchObject({ status: 201, body: { id: 7 }, headers: { "x-request-id": "r1" } });
    expect(result).not.toHaveProperty("headers.set-cookie");
    expect(server.seen[0]).toMatchObject({
      method: "POST",
      url: "/v1/orders/a%2Fb?source=jobs&page=2",
      body: '{"a":1,"b":2}',
      headers: { "content-type": "application/json", "x-tag": "b", "idempotency-key": "job_1-1" },
    });
  });

  test.each([
    ["of the input", {}, { "Idempotency-Key": "order-42" }],
    ["of the catalog", { "IDEMPOTENCY-KEY": "order-42" }, {}],
    [
      "of the input before that of the catalog",
      { "idempotency-Key": "of the catalog" },
      { "idempotency-key": "order-42" },
    ],
    ["of the catalog, from the input", { "Idempotency-Key": "order-$Input{body}{order}" }, {}],
  ])("sends the idempotency key %s with each attempt, and none of ours", async (_whose, defaults, headers) => {
    await using server = await httpServer(ok);
    for (const idempotencyKey of ["job_1-1", "job_2-1"]) {
      await calling(server.url, {
        action: { defaults: { headers: defaults } },
        input: { headers, body: { order: 42 } },
        ...({ idempotencyKey } as object),
      });
    }
    expect(server.seen.map((seen) => seen.headers["idempotency-key"])).toEqual(["order-42", "order-42"]);
  });

  test("sends our idempotency key where an empty list removes that of the catalog", async () => {
    await using server = await httpServer(ok);
    const action = { defaults: { headers: { "Idempotency-Key": "order-42" } } };
    await calling(server.url, { action, input: { headers: { "idempotency-key": [] } } });
    expect(server.seen[0]?.headers["idempotency-key"]).toBe("job_1-1");
  });

  test("without a body sends none", async () => {
    await using server = await httpServer(ok);
    await calling(server.url, { action: { method: "DELETE" } });
    expect(server.seen[0]).toMatchObject({ method: "DELETE", body: "" });
    expect(server.seen[0]?.headers).not.toHaveProperty("content-type");
  });

  test.each([
    ["form", { a: "x y" }, "application/x-www-form-urlencoded", "a=x+y"],
    ["text", { text: "hi" }, "text/plain; charset=utf-8", "hi"],
  ])("sends a body as %s", async (body_type, body, type, sent) => {
    await using server = await httpServer(ok);
    await calling(server.url, { action: { body_type }, input: { body } });
    expect(server.seen[0]).toMatchObject({ body: sent, headers: { "content-type": type } });
  });

  test("sends nested query fields, several values of a header, and a list as its body", async () => {
    await using server = await httpServer(ok);
    await calling(`${server.url}?filter[old]=1`, {
      action: {
        defaults: { query: { filter: { status: "open" }, page: 1 }, headers: { accept: "a/b" }, body: { a: 1 } },
      },
      input: {
        query: { filter: { tags: ["a", "b c"], by: { name: "Ada 😀" } } },
        headers: { Accept: ["text/html", "*/*;q=0.1"] },
        body: [{ sku: "A-1" }, []],
      },
    });
    const [seen] = server.seen;
    expect([...new URL(seen?.url ?? "", server.url).searchParams]).toEqual([
      ["filter[tags]", "a"],
      ["filter[tags]", "b c"],
      ["filter[by][name]", "Ada 😀"],
      ["page", "1"],
    ]);
    expect(seen).toMatchObject({ body: '[{"sku":"A-1"},[]]', headers: { accept: "text/html, */*;q=0.1" } });
  });

  test("sends an empty list as its body, and no header without values", async () => {
    await using server = await httpServer(ok);
    const action = { defaults: { headers: { "x-tag": "a" }, body: { a: 1 } } };
    await calling(server.url, { action, input: { headers: { "x-tag": [] }, body: [] } });
    expect(server.seen[0]).toMatchObject({ body: "[]", headers: { "content-type": "application/json" } });
    expect(server.seen[0]?.headers).not.toHaveProperty("x-tag");
  });

  test("sends a body with prototype keys unchanged, and they pollute nothing", async () => {
    await using server = await httpServer(ok);
    const input = JSON.parse('{"body": {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}}');
    await calling(server.url, { action: { defaults: { body: { a: 1 } } }, input });
    expect(server.seen[0]?.body).toBe('{"a":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("the credentials of an app", () => {
  test.each([
    [{ type: "bearer", token: secret("app#token") }, { authorization: "Bearer tok-1" }],
    [{ type: "basic", username: "me", password: secret("app#password") }, { authorization: "Basic bWU6cGFzczp3b3Jk" }],
    [{ type: "api_key", in: "header", name: "X-Key", key: secret("app#token") }, { "x-key": "tok-1" }],
  ])("of type %j override a header of the input", async (auth, headers) => {
    await using server = await httpServer(ok);
    await calling(server.url, { auth, input: { headers: { Authorization: "mine", "x-key": "mine" } } });
    expect(server.seen[0]?.headers).toMatchObject(headers);
  });

  test("in the query override the input", async () => {
    await using server = await httpServer(ok);
    const auth = { type: "api_key", in: "query", name: "key", key: secret("app#token") };
    await calling(server.url, { auth, input: { query: { key: ["a", "b"], other: 1 } } });
    expect(server.seen[0]?.url).toBe("/do?key=tok-1&other=1");
  });

  test.each([
    [{ type: "bearer", token: secret("absent") }, 'secret("absent") has no value.'],
    [
      { type: "bearer", token: secret("broken") },
      'The credential header of secret("broken") has characters that no header can carry.',
    ],
  ])("that are missing or malformed are a CONFIGURATION_ERROR", async (auth, message) => {
    await using server = await httpServer(ok);
    const error = await failureOf(calling(server.url, { auth }));
    expect(error).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false, message });
    expect(server.seen).toEqual([]);
  });
});

describe("an action's failure", () => {
  test.each([
    [429, { "retry-after": "3" }, { code: "RATE_LIMITED", retryable: true, retryAfterMs: 3000 }],
    [500, {}, { code: "PROVIDER_ERROR", retryable: true }],
    [503, { "retry-after": "0" }, { code: "SERVICE_UNAVAILABLE", retryable: true, retryAfterMs: 0 }],
    [422, {}, { code: "VALIDATION_ERROR", retryable: false }],
  ])("of status %i has a matching code and nothing of the body", async (status, headers, expected) => {
    await using server = await httpServer((_, response) => json(response, status, { echo: "tok-1" }, headers));
    const error = await failureOf(calling(server.url, { input: { query: { q: "private" } } }));
    expect(error).toMatchObject(expected);
    expect(error.message).not.toMatch(/tok-1|private|127\.0\.0\.1/);
  });

  test("is the signal's reason when the provider hangs", async () => {
    await using server = await httpServer(() => {});
    const attempt = new AbortController();
    const call = failureOf(calling(server.url, { signal: attempt.signal }));
    const { JobError } = await import("../../../lambdas/core/job/job-error.ts");
    await server.hit;
    const reason: JobError = new JobError("TIMEOUT", "too long");
    attempt.abort(reason);
    expect(await call).toBe(reason);
  });

  test("is the signal's reason when the body hangs", async () => {
    await using server = await httpServer((_, response) => response.writeHead(200).write("some"));
    const attempt = new AbortController();
    const call = calling(server.url, { signal: attempt.signal });
    await server.hit;
    attempt.abort(new Error("the attempt's reason"));
    await expect(call).rejects.toThrow("the attempt's reason");
  });

  test("is a CONNECTION_ERROR when the connection is reset before the answer, or within the body of a GET", async () => {
    await using reset = await httpServer((_, __, raw) => raw.socket.resetAndDestroy());
    await using half = await httpServer((_, response, raw) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => raw.socket.resetAndDestroy());
    });
    const get = { action: { method: "GET" } };
    for (const [{ url }, how] of [[reset, {}] as const, [reset, get] as const, [half, get] as const]) {
      const error = await failureOf(calling(url, how));
      expect(error).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
      expect(error.message).toMatch(/^The connection to the provider failed \([A-Z_]+\)\.$/);
    }
  });

  test.each(["http://127.0.0.1:1", "http://nowhere.invalid"])("is a CONNECTION_ERROR at %s", async (url) => {
    expect(await failureOf(calling(url))).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });

  test("is permanent when the response is too large", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    await using server = await httpServer(async (_, response) => {
      for (let i = 0; i < 12 && !response.destroyed; i += 1) response.write(chunk);
    });
    expect(await failureOf(calling(server.url))).toMatchObject({
      code: "PROVIDER_ERROR",
      retryable: false,
      message: "The response is larger than the limit of 10 MiB.",
    });
  });

  test.each([
    [{ input: { params: { id: 1 } } }, 'The path has no param "id".'],
    [{ input: { headers: { "x-a": "b\r\nc" } } }, 'The header "x-a" has characters that no header can carry.'],
    [{ action: { method: "GET" }, input: { body: {} } }, "A GET request has no body."],
  ])("for a bad input reaches no provider", async (call, message) => {
    await using server = await httpServer(ok);
    expect(await failureOf(calling(server.url, call))).toMatchObject({ code: "VALIDATION_ERROR", message });
    expect(server.seen).toEqual([]);
  });

  test.each(["ftp://host", "not a url", "http://user:hidden@host"])(
    "for the base URL %s names no value",
    async (url) => {
      const error = await failureOf(calling(url));
      expect(error.code).toBe("CONFIGURATION_ERROR");
      expect(error.message).toBe("The base URL of app shop in env dev is not an http(s) URL without credentials.");
    },
  );
});

test("a response that is no JSON becomes a string", async () => {
  await using server = await httpServer((_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end("{oops"),
  );
  expect(await calling(server.url)).toMatchObject({ body: "{oops", parse_error: true });
});

describe("an action's redirect", () => {
  test.each([
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", '{"a":1}'],
  ])("of status %i within the origin is followed with %s", async (status, method, body) => {
    await using server = await httpServer(({ url }, response) =>
      url === "/there"
        ? ok({} as never, response, {} as never)
        : response.writeHead(status, { location: "/there" }).end(),
    );
    expect(await calling(server.url, { input: { body: { a: 1 } } })).toMatchObject({ status: 200 });
    expect(server.seen[1]).toMatchObject({ method, body, url: "/there" });
  });

  test("to another origin is not followed, and sends it nothing", async () => {
    await using other = await httpServer(ok);
    await using server = await httpServer((_, response) => response.writeHead(307, { location: other.url }).end());
    expect(await failureOf(calling(server.url))).toMatchObject({
      code: "PROVIDER_ERROR",
      retryable: false,
      message: "The provider redirects to another host, which is not followed.",
    });
    expect(other.seen).toEqual([]);
  });

  test("ends when it loops", async () => {
    await using server = await httpServer((_, response) => response.writeHead(307, { location: "/do" }).end());
    expect(await failureOf(calling(server.url))).toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
    expect(server.seen).toHaveLength(6);
  });
});

test("an action or env that has left the catalog is a CONFIGURATION_ERROR", async () => {
  const gone = calling("http://unused", { event: { type: "action", app: "shop", action: "gone" } });
  expect(await failureOf(gone)).toMatchObject({ message: "App shop no longer has action gone." });
  const env = calling("http://unused", { job: { env: "prd" } });
  expect(await failureOf(env)).toMatchObject({ message: "App shop has no settings for env prd." });
});
