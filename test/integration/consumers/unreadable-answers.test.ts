import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { execute as act } from "../../../lambdas/consumers/types/action/execute.ts";
import { functionExecutor } from "../../../lambdas/consumers/types/function/execute.ts";
import { execute as notify } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { Execution } from "../../../lambdas/core/operations/execution.ts";
import { anExecution, failureOf, secretsOf } from "../../support/executors/execution.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { expo, notifyingWith, push } from "../../support/executors/notifying.ts";
import { rawAnswer, rawServer } from "../../support/executors/raw-server.ts";

type Call = (url: string, overrides?: Partial<Execution> & { method?: string }) => Promise<unknown>;

const action: Call = (url, { method = "POST", ...overrides } = {}) =>
  act(
    anExecution({
      event: { type: "action", app: "shop", action: "do" },
      target: { envs: { dev: { base_url: url } }, actions: { do: { method, path: "/do" } } },
      ...overrides,
    }),
  );
const cloudFunction: Call = (url, overrides) =>
  functionExecutor()(
    anExecution({
      event: { type: "function", function: "f" },
      target: { envs: { dev: { provider: "http", url } } },
      input: { payload: 1 },
      ...overrides,
    }),
  );
const callback: Call = (url, overrides) =>
  notify(
    anExecution({
      event: { type: "notification", notification: "n" },
      target: { envs: { dev: { callback: { url } } }, messages: { plain: {} } },
      input: { slug: "plain", callback: {} },
      ...overrides,
    }),
  );

const text = JSON.stringify({ id: 7, note: "made, and not to be made again" });
const typed = { "content-type": "application/json" };
const encodedAs = (encoding: string) => ({ ...typed, "content-encoding": encoding });

describe("the body of an action's answer", () => {
  it.each([
    ["zlib", "deflate", deflateSync(text)],
    ["raw deflate", "deflate", deflateRawSync(text)],
    ["gzip", "gzip", gzipSync(text)],
    ["gzip by its old name", "x-gzip", gzipSync(text)],
    ["brotli", "br", brotliCompressSync(text)],
    ["several encodings", "deflate, gzip", gzipSync(deflateRawSync(text))],
    ["an empty gzip", "gzip", Buffer.alloc(0)],
  ])("is decoded from %s, whole and without a mark", async (_what, encoding, bytes) => {
    await using server = await rawServer(rawAnswer(encodedAs(encoding), bytes));
    const body = bytes.length === 0 ? null : JSON.parse(text);
    expect(await action(server.url)).toEqual({ status: 200, headers: expect.any(Object), body });
  });

  const cut = (bytes: Buffer, by = 12) => bytes.subarray(0, bytes.length - by);
  const long = "This text is long, so that half of it says something. ".repeat(40);

  it.each<[string, string, string | Buffer, object]>([
    ["is not encoded as it says", "gzip", text, { body: JSON.parse(text) }],
    ["is another encoding", "gzip", deflateSync(text), {}],
    ["is no brotli", "br", text, {}],
    ["is no deflate", "deflate", "\xff\xff\xff nothing", {}],
    ["has more encodings than anybody needs", Array(50).fill("gzip").join(","), gzipSync(text), {}],
    [
      "breaks off within gzip",
      "gzip",
      cut(gzipSync(text)),
      { body: expect.stringContaining('{"id":7'), parse_error: true },
    ],
    ["breaks off within brotli", "br", cut(brotliCompressSync(text), 4), { parse_error: true }],
  ])("that %s completes the job, with a mark", async (_what, encoding, bytes, shown) => {
    await using server = await rawServer(rawAnswer(encodedAs(encoding), bytes));
    expect(await action(server.url)).toMatchObject({ status: 200, decode_error: true, ...shown });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ["gzip", cut(gzipSync(long))],
    ["deflate", cut(deflateSync(long))],
    ["br", cut(brotliCompressSync(long), 4)],
  ])("that is text cut short within %s has the mark too", async (encoding, bytes) => {
    const headers = { "content-type": "text/plain", "content-encoding": encoding };
    await using server = await rawServer(rawAnswer(headers, bytes));
    const result = (await action(server.url)) as { body: string };
    expect(result).toMatchObject({ decode_error: true });
    expect(result.body.length).toBeGreaterThan(0);
    expect(long.startsWith(result.body)).toBe(true);
  });

  it("in an unknown encoding stays unchanged", async () => {
    await using server = await rawServer(
      rawAnswer({ "content-type": "text/plain", "content-encoding": "constructor" }, "a"),
    );
    expect(await action(server.url)).toMatchObject({ body: "a" });
  });
});

describe.each<[string, Call]>([
  ["an action", action],
  ["a function over HTTP", cloudFunction],
])("%s", (_type, call) => {
  it.each([65, 4600, 100_000])("completes with JSON of %i levels as its text", async (levels) => {
    const deep = "[".repeat(levels) + "]".repeat(levels);
    await using server = await rawServer(rawAnswer(typed, deep));
    const result = await call(server.url);
    expect(result).toMatchObject({ status: 200, body: deep, body_encoding: "json" });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it("completes with a number that JavaScript does not have as its digits", async () => {
    await using server = await rawServer(rawAnswer(typed, '{"far": 1e400, "id": 12345678901234567890}'));
    expect(await call(server.url)).toMatchObject({ body: { far: "1e400", id: "12345678901234567890" } });
  });

  it.each([
    ["at once", "not a size\r\n"],
    ["later", "5\r\nhello\r\nnot a size\r\n"],
  ])("completes with a mark if the chunks of the answer are malformed %s", async (_when, chunks) => {
    const head = rawAnswer({ "content-type": "text/plain", "transfer-encoding": "chunked" }).toString();
    await using server = await rawServer(head.replace(/content-length: 0\r\n/, "") + chunks);
    expect(await call(server.url)).toMatchObject({ status: 200, decode_error: true });
    expect(server.seen).toHaveLength(1);
  });
});

/** Answers whose connection is lost before their end. */
const partial: [string, string | Buffer, object][] = [
  ["a length", rawAnswer({ ...typed, "content-length": "900" }, text), { body: JSON.parse(text) }],
  ["a length, before any of it", rawAnswer({ ...typed, "content-length": "900" }), { body: null }],
  [
    "chunks",
    rawAnswer({ "content-type": "text/plain", "transfer-encoding": "chunked" })
      .toString()
      .replace(/content-length: 0\r\n/, "")
      .concat("5\r\nhello\r\n"),
    { body: "hello" },
  ],
  [
    "gzip",
    rawAnswer({ ...encodedAs("gzip"), "content-length": "900" }, gzipSync(text)),
    { body: expect.objectContaining({ id: 7 }) },
  ],
];

describe("an answer of success whose connection is lost within", () => {
  it.each(partial)("%s completes a POST, with a mark", async (_what, bytes, shown) => {
    for (const call of [action, (url: string) => action(url, { method: "PATCH" })]) {
      await using server = await rawServer(bytes);
      expect(await call(server.url)).toMatchObject({ status: 200, decode_error: true, ...shown });
      expect(server.seen).toHaveLength(1);
    }
  });

  it.each(partial.slice(0, 3))("%s completes a function over HTTP, with a mark", async (_what, bytes, shown) => {
    await using server = await rawServer(bytes);
    expect(await cloudFunction(server.url)).toMatchObject({ status: 200, decode_error: true, ...shown });
    expect(server.seen).toHaveLength(1);
  });

  it.each(partial)("%s is fetched again by a GET, a PUT or a DELETE", async (_what, bytes) => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      await using server = await rawServer(bytes);
      expect(await failureOf(action(server.url, { method }))).toMatchObject({
        code: "CONNECTION_ERROR",
        retryable: true,
      });
    }
  });

  it("it completes a POST that was accepted with a redirect", async () => {
    const [[, bytes] = ["", ""]] = partial;
    await using server = await rawServer(rawAnswer({ location: "/there" }, "", "303 See Other"), bytes);
    expect(await action(server.url)).toMatchObject({ status: 200, decode_error: true });
    expect(server.seen).toEqual(["POST /do HTTP/1.1", "GET /there HTTP/1.1"]);
  });
});

const unreadableHeads: [string, string, string | Buffer][] = [
  ["17 KiB of headers", "HPE_HEADER_OVERFLOW", rawAnswer({ "x-large": "a".repeat(17 * 1024) })],
  [
    "two lengths",
    "HPE_UNEXPECTED_CONTENT_LENGTH",
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
  ],
  ["a length that is none", "HPE_INVALID_CONTENT_LENGTH", rawAnswer({ "content-length": "two" })],
  ["a header without a name", "HPE_INVALID_HEADER_TOKEN", "HTTP/1.1 201 Created\r\n: x\r\n\r\n"],
];

describe.each<[string, Call, string]>([
  ["an action", action, "provider"],
  ["a function over HTTP", cloudFunction, "function"],
  ["a callback", callback, "provider"],
])("the answer to %s", (_type, call, who) => {
  it.each(unreadableHeads)("with %s ends the job for good", async (_what, code, answer) => {
    await using server = await rawServer(answer);
    const error = await failureOf(call(server.url));
    expect(error).toMatchObject({ code: "PROVIDER_ERROR", retryable: false, nothingDone: false, providerCode: code });
    expect(error.message).toContain(`The answer of the ${who} is not HTTP that can be read (${code}).`);
    expect(server.seen).toHaveLength(1);
  });

  it("that refuses the request in a head that cannot be read may be repeated", async () => {
    await using server = await rawServer("HTTP/1.1 503 Busy\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nno");
    expect(await failureOf(call(server.url))).toMatchObject({ retryable: true, nothingDone: false });
  });
});

it.each(["GET", "PUT", "DELETE"])(
  "a %s, which may come twice, is tried again after an unreadable head",
  async (method) => {
    const [[, , answer] = ["", "", ""]] = unreadableHeads;
    await using server = await rawServer(answer);
    const error = await failureOf(action(server.url, { method }));
    expect(error).toMatchObject({ code: "PROVIDER_ERROR", retryable: true, nothingDone: false });
  },
);

it("a POST that got a redirect is not repeated because of where it leads", async () => {
  const [[, , answer] = ["", "", ""]] = unreadableHeads;
  await using server = await rawServer(rawAnswer({ location: "/there" }, "", "303 See Other"), answer);
  expect(await failureOf(action(server.url))).toMatchObject({ retryable: false, nothingDone: false });
  expect(server.seen).toEqual(["POST /do HTTP/1.1", "GET /there HTTP/1.1"]);
});

const hostile = '{"toString": 1, "valueOf": 1}';
const nested = "[".repeat(5000) + "]".repeat(5000);
it.each<[string, string, object]>([
  ["an object that is no text", `{"error": ${hostile}, "code": "no_funds"}`, { providerCode: "no_funds" }],
  ["thousands of levels", `{"error": ${nested}}`, { providerCode: "422" }],
])("a refusal with %s in place of its code is still a refusal", async (_what, body, expected) => {
  for (const call of [action, cloudFunction, callback]) {
    await using server = await rawServer(rawAnswer(typed, body, "422 No"));
    expect(await failureOf(call(server.url))).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
      ...expected,
    });
  }
});

describe("a push message is not sent again", () => {
  const token = "ExponentPushToken[a]";

  it.each<[string, Buffer]>([
    ["not encoded as it says", rawAnswer(encodedAs("gzip"), gzipSync("[1]").subarray(0, 8))],
    ["no JSON", rawAnswer(typed, "<html>")],
    ["nothing", rawAnswer(typed)],
    ["lost halfway", rawAnswer({ ...typed, "content-length": "900" }, '{"data": [')],
  ])("if the answer of Expo is %s", async (_what, answer) => {
    await using server = await rawServer(answer);
    const sending = notifyingWith(notify, expo(server.url), push(token), { expo: "t0ken-of-expo" });
    expect(await failureOf(sending)).toMatchObject({ code: "PROVIDER_ERROR", retryable: false, nothingDone: false });
  });

  it("if Expo's ticket has an id of another kind", async () => {
    await using server = await rawServer(rawAnswer(typed, `{"data": [{"status": "ok", "id": ${hostile}}]}`));
    const result = await notifyingWith(notify, expo(server.url), push(token), { expo: "t0ken-of-expo" });
    expect(result.channels.push_notification).toMatchObject({ status: "sent", sent: [{ to: token, id: "" }] });
  });
});

it("a token endpoint with an undecodable answer fails the job for good", async () => {
  await using server = await httpServer(({ url }, response) =>
    url === "/token"
      ? response.writeHead(200, encodedAs("gzip")).end(gzipSync('{"access_token": "t"}').subarray(0, 14))
      : json(response, 200, {}),
  );
  const auth = { type: "oauth2", token_url: `${server.url}/token`, client_id: "me", client_secret: secret("s") };
  const error = await failureOf(
    action(server.url, {
      target: { envs: { dev: { base_url: server.url, auth } }, actions: { do: { method: "POST", path: "/do" } } },
      secrets: secretsOf({ 'secret("s")': "s3cret" }),
    }),
  );
  expect(error).toMatchObject({ code: "PROVIDER_ERROR", retryable: false });
  expect(error.message).toContain("token endpoint");
  expect(server.seen.map(({ url }) => url)).toEqual(["/token"]);
});
