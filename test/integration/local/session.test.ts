import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Listening, serve } from "../../../local/gateway/http.ts";
import { makeSession } from "../../../local/gateway/session.ts";

let port: Listening;
beforeAll(async () => {
  port = await serve(makeSession("the-key"));
});
afterAll(() => port.close());

/** A request with exactly these headers: `fetch` sets its own. */
const ask = (headers: Record<string, string>, method = "GET") =>
  new Promise<{ status: number; headers: object; body: string }>((resolve, reject) => {
    const call = request(`${port.url}/local/session`, { method, headers }, async (response) => {
      const body = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    call.on("error", reject).end();
  });

const own = { "sec-fetch-site": "same-origin" };

test("the dashboard of this port gets the local key, uncached", async () => {
  for (const host of ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port.port}`)) {
    for (const headers of [
      { ...own, host },
      { ...own, host, origin: `http://${host}` },
    ]) {
      const { status, body, headers: answered } = await ask(headers);
      expect([status, JSON.parse(body)]).toEqual([200, { api_key: "the-key", outbox: true, clock: true }]);
      expect(answered).toMatchObject({
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
      });
      expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  }
});

test.each<[string, Record<string, string>, number]>([
  ["a program that says nothing of a page", {}, 404],
  ["the address bar", { "sec-fetch-site": "none" }, 404],
  ["a page of another port", { "sec-fetch-site": "same-site" }, 403],
  ["a page of elsewhere", { "sec-fetch-site": "cross-site" }, 403],
  ["a page of elsewhere by its origin", { ...own, origin: "https://evil.example" }, 403],
  ["a page that withholds its origin", { ...own, origin: "null" }, 404],
  ["a page of elsewhere that withholds its origin", { "sec-fetch-site": "cross-site", origin: "null" }, 403],
  ["a page of another port by its origin", { ...own, origin: "http://127.0.0.1:1" }, 403],
  ["the same port by another scheme", { ...own, host: "localhost", origin: "https://localhost" }, 403],
  ["a name that leads here", { ...own, host: "evil.example", origin: "http://evil.example" }, 403],
  ["a name that begins like this machine's", { ...own, host: "127.0.0.1.evil.example" }, 403],
])("%s does not get the local key", async (_who, headers, refused) => {
  const { status, body } = await ask(headers);
  expect(status).toBe(refused);
  expect(body).not.toContain("the-key");
});

test("the address of the local key answers GET only", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
    const { status, body } = await ask(own, method);
    expect([method, status, body.includes("the-key")]).toEqual([method, 404, false]);
  }
});
