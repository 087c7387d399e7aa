import { LambdaClient } from "@aws-sdk/client-lambda";
import { execute as act } from "../../../lambdas/consumers/types/action/execute.ts";
import { functionExecutor } from "../../../lambdas/consumers/types/function/execute.ts";
import { execute as notify } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { anExecution, failureOf, secretsOf } from "../../support/executors/execution.ts";
import { type Answer, httpServer, json, type Seen } from "../../support/executors/http-server.ts";
import { expo, notifyingWith, push } from "../../support/executors/notifying.ts";

const key = "sk_live/S3cret+Key=";
const user = "key-as-user-77";
const values = { 'secret("key")': key, 'secret("user")': user };
const secrets = secretsOf(values);
const oauth2 = (url: string, more: object = {}) => ({
  type: "oauth2",
  token_url: `${url}/token`,
  client_id: "me",
  client_secret: secret("key"),
  ...more,
});

type Auth = (url: string) => object;
const ways: [string, Auth][] = [
  ["basic", () => ({ type: "basic", username: "me", password: secret("key") })],
  ["the user of basic", () => ({ type: "basic", username: secret("user"), password: secret("key") })],
  ["bearer", () => ({ type: "bearer", token: secret("key") })],
  ["a key in a header", () => ({ type: "api_key", in: "header", name: "X-Custom", key: secret("key") })],
  ["a key in the query", () => ({ type: "api_key", in: "query", name: "key", key: secret("key") })],
  ["oauth2", oauth2],
  ["oauth2 with a Basic header", (url) => oauth2(url, { client_auth: "basic" })],
];

const calling = (url: string, auth: object) =>
  act(
    anExecution({
      event: { type: "action", app: "shop", action: "do" },
      target: { envs: { dev: { base_url: url, auth } }, actions: { do: { method: "POST", path: "/do" } } },
      secrets,
    }),
  );
const invoking = (url: string, auth: object) =>
  functionExecutor(async () => new LambdaClient(settings))(
    anExecution({
      event: { type: "function", function: "f" },
      target: { envs: { dev: { provider: "http", url: `${url}/do`, auth } } },
      input: { payload: 1 },
      secrets,
    }),
  );

/** What a provider knows of its caller: what the request has, and the key itself. */
const knownOf = ({ url, headers }: Seen): string[] => {
  const authorization = headers.authorization ?? "";
  const pair = Buffer.from(/^Basic (.*)$/.exec(authorization)?.[1] ?? "", "base64").toString();
  const sent = [authorization, ...authorization.split(" ").slice(1), pair, ...(pair.startsWith(user) ? [user] : [])];
  return [...sent, String(headers["x-custom"] ?? ""), key, url].filter(Boolean);
};

let tokens = 0;
const withTokens =
  (answer: Answer): Answer =>
  (request, response, raw) => {
    if (request.url !== "/token") return answer(request, response, raw);
    tokens += 1;
    return json(response, 200, { access_token: `acc3ss-t0ken-${tokens}`, expires_in: 3600 });
  };

/** The ways in which a provider may repeat what it knows. */
const echoes: [string, (known: string[], request: Seen) => { body: unknown; headers?: Record<string, string> }][] = [
  ["as JSON", (known, request) => ({ body: { known, request, [known[0] as string]: 1 } })],
  ["as text", (known) => ({ body: `<p>${known.join("</p><p>")}</p>`, headers: { "content-type": "text/html" } })],
  [
    "as JSON in ASCII within a text",
    (known) => ({ body: JSON.stringify({ known }), headers: { "content-type": "x/y" } }),
  ],
  ["in base64", (known) => ({ body: known.map((one) => Buffer.from(one).toString("base64")) })],
  ["in a text for URLs", (known) => ({ body: known.map((one) => Buffer.from(one).toString("base64url")) })],
  [
    "in bytes",
    (known) => ({
      body: `\0\x01\0\x01\0\x01\0\x01${known.slice(0, 1)}\0\x01\0\x01\0\x01`,
      headers: { "content-type": "a/b" },
    }),
  ],
  [
    "in headers",
    (known, { url }) => ({
      body: {},
      headers: {
        link: `<https://api.example${url}&page=2>; rel="next"`,
        location: `/do?key=${encodeURIComponent(key).toLowerCase().replace("s3cret%2bkey", "S3cret%2bKey")}`,
        "x-seen": known.filter((one) => one !== key).join(" "),
      },
    }),
  ],
];

const answering =
  (echo: (typeof echoes)[number][1], status = 200): Answer =>
  (request, response) => {
    const { body, headers } = echo(knownOf(request), request);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  };

/** No credential is anywhere in a result, in whatever way it may be written there. */
function expectNone(result: unknown, more: readonly string[] = []) {
  const text = JSON.stringify(result);
  const bytes = Buffer.from(String((result as { body?: unknown }).body ?? ""), "base64").toString("latin1");
  const plain = [key, user, `me:${key}`, `${user}:${key}`, "acc3ss-t0ken", ...more].filter(Boolean);
  const forms = plain.flatMap((one) => [
    one,
    encodeURIComponent(one),
    Buffer.from(one).toString("base64"),
    Buffer.from(one).toString("base64url"),
  ]);
  expect(forms.filter((form) => text.includes(form) || bytes.includes(form))).toEqual([]);
}

describe.each(echoes)("a credential that a provider repeats %s", (_how, echo) => {
  it.each(ways)("is hidden in an action's result: %s", async (_way, auth) => {
    await using server = await httpServer(withTokens(answering(echo)));
    const result = await calling(server.url, auth(server.url));
    expect(result).toMatchObject({ status: 200 });
    expectNone(result);
    expect(JSON.stringify(result) + Buffer.from(String(result.body), "base64")).toContain("[credential]");
  });

  it("is hidden in a function's result", async () => {
    await using server = await httpServer(answering(echo));
    expectNone(await invoking(server.url, { type: "bearer", token: secret("key") }), []);
  });
});

it("a function that repeats its headers has their signature and token hidden", async () => {
  await using server = await httpServer(({ headers }, response) => json(response, 200, headers, { "x-a": "b" }));
  const kept = { ...process.env };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "AKIA1",
    AWS_SECRET_ACCESS_KEY: "x",
    AWS_SESSION_TOKEN: "s3ssion-t0ken",
  });
  try {
    const result = (await invoking(server.url, { type: "iam", region: "eu-west-1" })) as { headers: object };
    const signature = /Signature=(\w+)/.exec(server.seen[0]?.headers.authorization ?? "")?.[1] as string;
    expect(signature).toMatch(/^[\da-f]{64}$/);
    expectNone(result, [signature, String(server.seen[0]?.headers["x-amz-security-token"] ?? "")]);
    expect(result.headers).toMatchObject({ "x-a": "b" });
  } finally {
    process.env = kept;
  }
});

it("a token that was replaced within the attempt is hidden too", async () => {
  const refused: string[] = [];
  await using server = await httpServer(
    withTokens(({ headers }, response) => {
      refused.push(headers.authorization ?? "");
      return refused.length === 1 ? response.writeHead(401).end() : json(response, 200, { seen: refused });
    }),
  );
  const result = await calling(server.url, oauth2(server.url, { scope: "rotated" }));
  expect(new Set(refused).size).toBe(2);
  expect(result.body).toEqual({ seen: ["Bearer [credential]", "Bearer [credential]"] });
});

it.each<[string, string]>([
  ["client secret", key],
  ["earlier token", "acc3ss-t0ken-"],
])("a refusal whose code is the %s has its status as its code", async (_what, code) => {
  let calls = 0;
  const short = code === key ? "sk_live-S3cret" : code;
  await using server = await httpServer(
    withTokens((_request, response) => {
      calls += 1;
      return calls === 1
        ? response.writeHead(401).end()
        : json(response, 402, { code: code === key ? short : `${code}${tokens - 1}` });
    }),
  );
  const auth = oauth2(server.url, { scope: code });
  const failed = act(
    anExecution({
      event: { type: "action", app: "shop", action: "do" },
      target: { envs: { dev: { base_url: server.url, auth } }, actions: { do: { method: "POST", path: "/do" } } },
      secrets: secretsOf({ ...values, 'secret("key")': short }),
    }),
  );
  expect(await failureOf(failed)).toMatchObject({ code: "PROVIDER_ERROR", providerCode: "402" });
});

it("a result keeps what is no credential, such as a user that the catalog writes out", async () => {
  await using server = await httpServer((_request, response) => json(response, 200, { role: "admin", n: 200 }));
  const result = await calling(server.url, { type: "basic", username: "admin", password: secret("key") });
  expect(result).toMatchObject({ status: 200, body: { role: "admin", n: 200 } });
});

it("an id of a push message has no token in it", async () => {
  const token = "ExponentPushToken[a]";
  await using server = await httpServer(({ headers }, response) =>
    json(response, 200, { data: [{ status: "ok", id: `for ${headers.authorization}` }] }),
  );
  const { channels } = await notifyingWith(notify, expo(server.url), push(token), { expo: "t0ken-of-expo" });
  expect(channels.push_notification?.sent).toEqual([{ to: token, id: "for Bearer [credential]" }]);
});
