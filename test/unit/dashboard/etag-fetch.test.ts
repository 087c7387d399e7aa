import { makeEtagFetch } from "../../../dashboard/src/api/etag-fetch.ts";

interface Seen {
  url: string;
  method: string;
  match: string | null;
}

/** A server whose answers have the ETag `"n"`, where n counts the versions of what it serves. */
function aServer() {
  const seen: Seen[] = [];
  const server = { version: 1, seen };
  const fetch = (async (input: string, init: RequestInit = {}) => {
    const match = new Headers(init.headers).get("if-none-match");
    seen.push({ url: String(input), method: init.method ?? "GET", match });
    const etag = `W/"${server.version}"`;
    const date = new Date(seen.length * 60_000).toUTCString();
    if (match === etag) return new Response(null, { status: 304, headers: { etag, date } });
    return new Response(JSON.stringify({ version: server.version }), { headers: { etag, date } });
  }) as typeof globalThis.fetch;
  return { server, fetch: makeEtagFetch(fetch) };
}

const asKey = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

test("etagFetch asks with the last answer's ETag and repeats that answer on 304", async () => {
  const { server, fetch } = aServer();
  const first = await fetch("/v1/jobs", asKey("a"));
  const second = await fetch("/v1/jobs", asKey("a"));
  expect(server.seen.map(({ match }) => match)).toEqual([null, 'W/"1"']);
  expect(second.status).toBe(200);
  expect(await second.json()).toEqual(await first.json());
});

test("a repeated answer has the 304's date, by which the SDK reads the API's clock", async () => {
  const { fetch } = aServer();
  await fetch("/v1/jobs", asKey("a"));
  const { headers } = await fetch("/v1/jobs", asKey("a"));
  expect(headers.get("date")).toBe(new Date(120_000).toUTCString());
});

test("etagFetch takes a new answer when something has changed", async () => {
  const { server, fetch } = aServer();
  await fetch("/v1/jobs", asKey("a"));
  server.version = 2;
  expect(await (await fetch("/v1/jobs", asKey("a"))).json()).toEqual({ version: 2 });
  await fetch("/v1/jobs", asKey("a"));
  expect(server.seen.at(-1)?.match).toBe('W/"2"');
});

test("etagFetch keeps the answers to each key apart", async () => {
  const { server, fetch } = aServer();
  await fetch("/v1/jobs", asKey("a"));
  await fetch("/v1/jobs", asKey("b"));
  expect(server.seen[1]?.match).toBeNull();
});

test("etagFetch sends changes without a tag", async () => {
  const { server, fetch } = aServer();
  await fetch("/v1/jobs", asKey("a"));
  await fetch("/v1/jobs", { method: "POST", ...asKey("a") });
  expect(server.seen[1]).toEqual({ url: "/v1/jobs", method: "POST", match: null });
});

test("etagFetch forgets the oldest answers", async () => {
  const { server, fetch } = aServer();
  for (let i = 0; i < 100; i++) await fetch(`/v1/jobs/${i}`, asKey("a"));
  await fetch("/v1/jobs/0", asKey("a"));
  await fetch("/v1/jobs/99", asKey("a"));
  expect(server.seen.slice(-2).map(({ match }) => match)).toEqual([null, 'W/"1"']);
});
