import { createHmac } from "node:crypto";

/*
 * What a server of code has to answer, in whatever language it is written (docs/catalog/code.md, "The messages"): cases that are sent to
 * its address. It offers the functions of protocol-functions.ts. `npm run protocol -- URL` runs them.
 */

/** What the messages are signed with. */
export const protocolSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const otherSecret = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;

/** What is sent to a server. */
interface Sent {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

export interface ProtocolCase {
  name: string;
  send: () => Sent;
  status: number;
  /** What the answer has at least. A regular expression stands for a text, a function for what it holds for, and undefined for what is not there. */
  answer?: unknown;
}

const call = (fields: object = {}): object => ({
  ...{ v: 1, kind: "call", function: "echo", job_id: "job_1", run: 2, attempt: 3, product: "shop", env: "dev" },
  ...{ event: "go", idempotency_key: "job_1-2", deadline_ms: 10_000, reply: "sync", ...fields },
});

/** Headers of a body. What is after it deviates from a message of the engine. */
function signed(body: string, { secret = protocolSecret, id = "m-1", ageMs = 0, more = {} } = {}): Sent {
  const at = String(Math.floor((Date.now() - ageMs) / 1000));
  return {
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": at,
      "webhook-signature": signatureOf(secret, `${id}.${at}.${body}`),
      ...more,
    },
  };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const signatureOf = (secret: string, text: string) =>
  `v1,${createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"))
    .update(text)
    .digest("base64")}`;

const of = (message: unknown, how = {}) => signed(JSON.stringify(message), how);
const completed = (v: unknown, more: object = {}) => ({ v: 1, outcome: { is: "completed", value: { v } }, ...more });
const failed = (by: string, error: object, more: object = {}) => ({
  v: 1,
  outcome: { is: "failed", by, error, ...more },
});
const threw = (message: string, more: object = {}) => failed("threw", { name: "CardDeclined", message }, more);
const refused = (code: string | RegExp) => ({ v: 1, refuse: { code, message: /./ }, outcome: undefined });

const offered = "price echo tidy told fail report slow meet odd secret".split(" ");

const requests: ProtocolCase[] = [
  {
    name: "GET says which functions there are",
    send: () => ({ method: "GET" }),
    status: 200,
    answer: { v: 1, functions: (names: unknown) => offered.every((name) => (names as string[]).includes(name)) },
  },
  { name: "PUT is no method of it", send: () => ({ ...of(call()), method: "PUT" }), status: 405 },
  {
    name: "a message without a signature is refused",
    send: () => ({ body: JSON.stringify(call()), headers: { "content-type": "application/json" } }),
    status: 401,
  },
  { name: "one that another secret signs is refused", send: () => of(call(), { secret: otherSecret }), status: 401 },
  { name: "one of six minutes ago is refused", send: () => of(call(), { ageMs: 360_000 }), status: 401 },
  { name: "one of six minutes ahead is refused", send: () => of(call(), { ageMs: -360_000 }), status: 401 },
  {
    name: "one whose body was changed is refused",
    send: () => ({ ...of(call()), body: JSON.stringify(call({ payload: 1 })) }),
    status: 401,
  },
  {
    name: "one whose id was changed is refused",
    send: () => of(call(), { more: { "webhook-id": "m-2" } }),
    status: 401,
  },
  {
    name: "one whose time is no number is refused",
    send: () => of(call(), { more: { "webhook-timestamp": "now" } }),
    status: 401,
  },
  {
    name: "one of several signatures is enough, while a secret is changed",
    send: () => {
      const own = of(call()).headers?.["webhook-signature"];
      const other = of(call(), { secret: otherSecret }).headers?.["webhook-signature"];
      return of(call(), { more: { "webhook-signature": `${other} v2,unknown ${own}` } });
    },
    status: 200,
    answer: completed(null),
  },
  { name: "refuses what is no JSON", send: () => signed("no JSON"), status: 200, answer: refused("PROTOCOL") },
  { name: "more than 7 MiB is too large", send: () => signed("x".repeat(7.5 * 1024 * 1024)), status: 413 },
];

const messages: ProtocolCase[] = [
  ["another version", call({ v: 2 }), "PROTOCOL"],
  ["no version", call({ v: undefined }), "PROTOCOL"],
  ["another kind", call({ kind: "guess" }), "PROTOCOL"],
  ["no function", call({ function: undefined }), "PROTOCOL"],
  ["a list", [], "PROTOCOL"],
  ["null", null, "PROTOCOL"],
  ["a function that is not there", call({ function: "nothing" }), "UNKNOWN_FUNCTION"],
  ["what every object of JavaScript has", call({ function: "constructor" }), "UNKNOWN_FUNCTION"],
  ["what every object of Python has", call({ function: "__class__" }), "UNKNOWN_FUNCTION"],
  [
    "a feature that is not there",
    {
      ...{ v: 1, kind: "decide", decision: 1, deadline_ms: 1000, now: 0, input: { v: null }, from: 0, log: [] },
      run: { id: "job_1", run: 1, attempt: 1, feature: "nothing", definition: "", seed: "s", started_at: 0 },
    },
    /^UNKNOWN_(FEATURE|DEFINITION)$/,
  ],
].map(([what, message, code]) => ({
  name: `refuses ${what}`,
  send: () => of(message),
  status: 200,
  answer: refused(code as string | RegExp),
}));

const answered = (name: string, fields: object, answer: unknown): ProtocolCase => ({
  ...{ name, send: () => of(call(fields)), status: 200, answer },
});

const calls: ProtocolCase[] = [
  answered(
    "a payload is checked and completed",
    { function: "price", payload: { sku: "A-1" } },
    completed({ total: 1999, currency: "EUR" }),
  ),
  answered(
    "a payload that is refused says where, and is no failure of the function",
    { function: "price", payload: { quantity: 2 } },
    failed("input", { name: /./, message: /^price refuses its payload: .*sku/ }, { retryable: undefined }),
  ),
  answered("a payload may be absent", {}, completed(null)),
  answered("null is a payload", { payload: null }, completed(null)),
  answered(
    "JSON comes back unchanged",
    { payload: { a: [1, 0.5, true, null, "ü", "𝄞", "\u0000", ""], b: { "c/d": -1 } } },
    completed({ a: [1, 0.5, true, null, "ü", "𝄞", "\u0000", ""], b: { "c/d": -1 } }),
  ),
  answered(
    "4 MB come back",
    { payload: "ü".repeat(2_000_000) },
    completed((v: unknown) => v === "ü".repeat(2_000_000)),
  ),
  answered("a function that returns nothing has the result null", { function: "tidy" }, completed(null)),
  answered(
    "fields that are not known are ignored",
    { payload: 7, reply: "sync", later: { a: 1 } },
    completed(7, { progress: undefined }),
  ),
  answered(
    "a function is told what its job is",
    { function: "told", progress: { page: 9 } },
    completed({
      ...{ job_id: "job_1", run: 2, attempt: 3, product: "shop", env: "dev", event: "go" },
      ...{ idempotency_key: "job_1-2", last_progress: { page: 9 }, seconds_left: (left: unknown) => Number(left) >= 8 },
    }),
  ),
  answered(
    "an error has its name, its message and its lines",
    { function: "fail", payload: { message: "no money" } },
    failed(
      "threw",
      { name: "CardDeclined", message: "no money", stack: /protocol.functions/ },
      { retryable: undefined, retry_after_ms: undefined, code: undefined },
    ),
  ),
  answered(
    "an error may be final",
    { function: "fail", payload: { message: "no", retryable: false } },
    threw("no", { retryable: false }),
  ),
  answered(
    "an error may put off the next attempt",
    { function: "fail", payload: { message: "no", retry_after: "2m" } },
    threw("no", { retry_after_ms: 120_000 }),
  ),
  answered(
    "an error may have a code",
    { function: "fail", payload: { message: "no", code: "card_declined" } },
    threw("no", { code: "card_declined" }),
  ),
  answered(
    "a long message is cut",
    { function: "fail", payload: { message: "x".repeat(5000) } },
    failed("threw", { message: (text: unknown) => String(text).length <= 1000 }),
  ),
  answered(
    "the last report comes with the result, as it was",
    { function: "report" },
    completed("reported", { progress: { page: 2 } }),
  ),
  answered(
    "the last report comes with a failure",
    { function: "report", payload: "throw" },
    { ...threw("no money"), progress: { page: 2 } },
  ),
  answered(
    "a function that has not ended at its deadline has failed",
    { function: "slow", payload: 1500, deadline_ms: 100 },
    failed("timeout", { name: /./, message: /slow had not ended after 100 ms/ }),
  ),
  answered(
    "what is no number is no result",
    { function: "odd", payload: "nan" },
    failed("result", { name: "ResultError", message: /at \/n,/ }),
  ),
  answered(
    "what contains itself is no result",
    { function: "odd", payload: "cyclic" },
    failed("result", { message: /at \/self~1it,/ }),
  ),
  answered(
    "70 levels are no result",
    { function: "odd", payload: "deep" },
    failed("result", { message: /deeper than 64 levels/ }),
  ),
  answered(
    "7 MB are no result",
    { function: "odd", payload: "large" },
    failed("result", { message: /7000002 bytes, of at most 6000000/ }),
  ),
  answered("a function reads a secret", { function: "secret" }, completed("s3cret")),
];

export const protocolCases: readonly ProtocolCase[] = [...requests, ...messages, ...calls];

/** Sends what a case sends, and returns what is wrong with the answer; nothing if it is right. */
export async function faultsOf(url: string, { send, status, answer }: ProtocolCase): Promise<string[]> {
  const { method = "POST", body, headers } = send();
  // The engine follows no redirect.
  const sent = {
    method,
    redirect: "manual" as const,
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  };
  const response = await fetch(url, sent);
  const text = await response.text();
  if (response.status !== status) return [`status ${response.status} instead of ${status}: ${text.slice(0, 300)}`];
  if (answer === undefined) return [];
  const type = response.headers.get("content-type") ?? "";
  const wrongType = type.startsWith("application/json") ? [] : [`content-type ${type} instead of application/json`];
  return [...wrongType, ...differencesOf(answer, parsed(text), "")];
}

/** The same message twice runs twice, at the same time: a function that `meet`s waits for the other call. */
export async function besideFaultsOf(url: string): Promise<string[]> {
  const one = answered("", { function: "meet", deadline_ms: 20_000 }, completed("met"));
  return (await Promise.all([faultsOf(url, one), faultsOf(url, one)])).flat();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function differencesOf(wanted: unknown, found: unknown, at: string): string[] {
  const shown = JSON.stringify(found)?.slice(0, 200);
  if (wanted instanceof RegExp)
    return typeof found === "string" && wanted.test(found) ? [] : [`${at}: ${shown} is not like ${wanted}`];
  if (typeof wanted === "function") return wanted(found) ? [] : [`${at}: ${shown} is wrong`];
  if (typeof wanted !== "object" || wanted === null)
    return wanted === found ? [] : [`${at}: ${shown} instead of ${JSON.stringify(wanted)}`];
  if (typeof found !== "object" || found === null) return [`${at}: ${shown} instead of an object`];
  const longer =
    Array.isArray(wanted) && Array.isArray(found) && wanted.length !== found.length ? [`${at}: ${shown}`] : [];
  return [
    ...longer,
    ...Object.entries(wanted).flatMap(([name, value]) =>
      differencesOf(value, (found as Record<string, unknown>)[name], `${at}/${name}`),
    ),
  ];
}
