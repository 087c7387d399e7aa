import { execute } from "../../../lambdas/consumers/types/action/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { anExecution, failureOf, secretsOf } from "../../support/executors/execution.ts";
import { type Answer, httpServer, json, type Seen } from "../../support/executors/http-server.ts";

interface Provider {
  /** The token endpoint's answers; by default tokens t1, t2, ... that live for an hour. */
  token?: (n: number, request: Seen) => [status: number, body: unknown];
  /** The API's status for a call with this Authorization header. */
  status?: (authorization: string) => number;
}

/** A provider with a token endpoint and an API, and a way to call it. */
async function provider({ token, status = () => 200 }: Provider = {}) {
  let tokens = 0;
  const answer: Answer = (request, response) => {
    if (request.url === "/token") {
      tokens += 1;
      return json(response, ...(token?.(tokens, request) ?? [200, { access_token: `t${tokens}`, expires_in: 3600 }]));
    }
    return json(response, status(request.headers.authorization ?? ""), { as: request.headers.authorization });
  };
  const server = await httpServer(answer);
  const seen = (url: string) => server.seen.filter((request) => request.url === url);
  const call = (overrides: Parameters<typeof anExecution>[0] = {}, auth: object = {}) =>
    execute(
      anExecution({
        event: { type: "action", app: "shop", action: "get" },
        target: {
          envs: {
            dev: {
              base_url: server.url,
              auth: {
                type: "oauth2",
                token_url: `${server.url}/token`,
                client_id: "me",
                client_secret: secret("app#secret"),
                ...auth,
              },
            },
          },
          actions: { get: { method: "GET", path: "/api" } },
        },
        secrets: secretsOf({ 'secret("app#secret")': "s&1" }),
        ...overrides,
      }),
    );
  return {
    url: server.url,
    call,
    tokenRequests: () => seen("/token"),
    calls: () => seen("/api"),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}

test("client credentials are not sent over plain HTTP, except on this machine", async () => {
  await using app = await provider();
  const { url } = app;
  const error = await failureOf(app.call({}, { token_url: `${url.replace("127.0.0.1", "0.0.0.0")}/token` }));
  expect(error).toMatchObject({
    code: "CONFIGURATION_ERROR",
    message: expect.stringContaining("token URL must start"),
  });
  expect(app.tokenRequests()).toEqual([]);
  expect(await app.call({}, { token_url: `${url}/token` })).toMatchObject({ status: 200 });
});

const bearer = (token: string) => ({ body: { as: `Bearer ${token}` } });

test("a token is used until shortly before it expires", async () => {
  await using app = await provider();
  const at = (now: number) => ({ clock: { now: () => now, sleep: async () => {} } });
  expect(await app.call(at(0), { scope: "a b", audience: "api" })).toMatchObject(bearer("t1"));
  expect(await app.call(at(3_500_000), { scope: "a b", audience: "api" })).toMatchObject(bearer("t1"));
  expect(await app.call(at(3_541_000), { scope: "a b", audience: "api" })).toMatchObject(bearer("t2"));
  expect(app.tokenRequests()[0]).toMatchObject({
    method: "POST",
    body: "grant_type=client_credentials&scope=a+b&audience=api&client_id=me&client_secret=s%261",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
});

test("client credentials go into a Basic header where the catalog says so", async () => {
  await using app = await provider();
  await app.call({}, { client_auth: "basic" });
  expect(app.tokenRequests()[0]).toMatchObject({
    body: "grant_type=client_credentials",
    headers: { authorization: `Basic ${btoa("me:s%261")}` },
  });
});

test("concurrent requests share one token request", async () => {
  await using app = await provider();
  await Promise.all([1, 2, 3, 4, 5].map(() => app.call()));
  expect(app.tokenRequests()).toHaveLength(1);
  expect(app.calls()).toHaveLength(5);
});

test("a refused token is replaced once, even for concurrent requests", async () => {
  let revoked = false;
  await using app = await provider({ status: (as) => (revoked && as === "Bearer t1" ? 401 : 200) });
  await app.call();
  revoked = true;
  const results = await Promise.all([app.call(), app.call()]);
  expect(results).toMatchObject([bearer("t2"), bearer("t2")]);
  expect(app.tokenRequests()).toHaveLength(2);
});

test("a second refusal of a token is UNAUTHORIZED", async () => {
  await using app = await provider({ status: () => 401 });
  expect(await failureOf(app.call())).toMatchObject({ code: "UNAUTHORIZED", retryable: false });
  expect(app.calls()).toHaveLength(2);
});

test.each([
  [400, { error: "invalid_client" }, { code: "UNAUTHORIZED", retryable: false }],
  [503, {}, { code: "SERVICE_UNAVAILABLE", retryable: true }],
  [200, { no: "token" }, { code: "PROVIDER_ERROR", retryable: false }],
])(
  "a token endpoint that answers %i %j fails the call, and is asked again next time",
  async (status, body, expected) => {
    await using app = await provider({ token: (n) => (n === 1 ? [status, body] : [200, { access_token: `t${n}` }]) });
    const error = await failureOf(app.call());
    expect(error).toMatchObject(expected);
    expect(error.message).toContain("token endpoint");
    expect(await app.call()).toMatchObject(bearer("t2"));
  },
);

test("a job that ends during its token request fails no other", async () => {
  const attempt = new AbortController();
  await using app = await provider({
    token: (n) => {
      attempt.abort(new Error("ended"));
      return [200, { access_token: `t${n}` }];
    },
  });
  const [ended, other] = await Promise.allSettled([app.call({ signal: attempt.signal }), app.call()]);
  expect(ended).toMatchObject({ status: "rejected", reason: { message: "ended" } });
  expect(other).toMatchObject({ status: "fulfilled", value: bearer("t1") });
  expect(app.tokenRequests()).toHaveLength(1);
});
