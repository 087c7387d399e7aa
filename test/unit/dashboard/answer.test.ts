import { createHash } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { answer } from "../../../lambdas/dashboard/answer.ts";
import { anEvent } from "../../support/page-event.ts";

const files: Record<string, string> = {
  "index.html": "<p>page</p>",
  "index.html.br": "page in br",
  "index.html.gz": "page in gzip",
  "assets/index-Abc123_-.js": "code",
  "assets/index-Abc123_-.js.br": "code in br",
  "assets/index-Abc123_-.js.gz": "code in gzip",
  "assets/logo-Xy.png": "picture",
  "assets/notes.md": "not for browsers",
  "secret.html": "beside the assets",
};
const asked: string[] = [];
beforeEach(() => asked.splice(0));
const read = async (path: string) => {
  asked.push(path);
  return path in files ? Buffer.from(files[path] ?? "") : undefined;
};

const ask = (event: APIGatewayProxyEventV2) => answer(event, read);
const page = (headers: Record<string, string> = {}, method = "GET") => ask(anEvent("/", "/", { method, headers }));
const asset = (name: string, headers: Record<string, string> = {}, method = "GET") =>
  ask(anEvent("/assets/{proxy+}", `/assets/${name}`, { method, headers }));
const script = "index-Abc123_-.js";

const bytes = ({ body, isBase64Encoded }: Awaited<ReturnType<typeof ask>>) =>
  Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8").toString();

describe("the page", () => {
  test("is at the root, and is revalidated at each request", async () => {
    const found = await page();
    expect(found).toMatchObject({
      statusCode: 200,
      isBase64Encoded: true,
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache", vary: "accept-encoding" },
    });
    expect(bytes(found)).toBe("<p>page</p>");
  });

  test("loads and calls its own origin only, and cannot be framed", async () => {
    const { headers } = await page();
    expect(headers?.["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  test("that is not built says how to build it", async () => {
    const event = anEvent("/", "/", { headers: { accept: "text/html,*/*" } });
    const found = await answer(event, async () => undefined);
    expect(found).toMatchObject({ statusCode: 503, headers: { "cache-control": "no-store" } });
    expect(bytes(found)).toContain("npm run build:dashboard");
  });
});

describe("a file of the page", () => {
  test.each([
    [script, "text/javascript; charset=utf-8"],
    ["logo-Xy.png", "image/png"],
  ])("%s has its type, and is cached forever", async (name, type) => {
    expect(await asset(name)).toMatchObject({
      statusCode: 200,
      headers: { "content-type": type, "cache-control": "public, max-age=31536000, immutable" },
    });
  });

  test.each([
    "missing-1.js",
    "../secret.html",
    "..%2Fsecret.html",
    "a/../../secret.html",
    "/etc/passwd",
    "index-Abc123_-.js.br",
    "notes.md",
    ".html",
    "",
  ])("%j is none, and is not looked for outside of the folder", async (name) => {
    expect(await asset(name)).toMatchObject({
      statusCode: 404,
      headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
    });
    expect(asked.filter((path) => path.includes("..") || path.includes("secret"))).toEqual([]);
  });
});

describe("the encoding of a file", () => {
  test.each([
    ["", undefined],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["GZIP;q=1.0, BR;q=0.5", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["*", "br"],
    ["br;q=0, *;q=0.1", "gzip"],
    ["identity", undefined],
    ["br;q=x", undefined],
    ["deflate, zstd", undefined],
  ])("is chosen by Accept-Encoding %j: %s", async (accepted, encoding) => {
    const found = await asset(script, { "accept-encoding": accepted });
    expect(found.headers?.["content-encoding"]).toBe(encoding);
    expect(bytes(found)).toBe(encoding === undefined ? "code" : `code in ${encoding}`);
  });

  test("is not sent if the file lacks it", async () => {
    const found = await asset("logo-Xy.png", { "accept-encoding": "br" });
    expect([bytes(found), found.headers?.["content-encoding"]]).toEqual(["picture", undefined]);
  });
});

describe("the tag of a file", () => {
  test("is of the bytes that are sent", async () => {
    const tags = await Promise.all(
      ["br", "gzip", ""].map(async (coding) => (await page({ "accept-encoding": coding })).headers?.etag),
    );
    expect(new Set(tags).size).toBe(3);
    const sum = createHash("sha256").update("<p>page</p>").digest("base64url").slice(0, 22);
    expect(tags.at(-1)).toBe(`"${sum}"`);
  });

  test("that the browser knows gets 304 without a body", async () => {
    const etag = String((await page()).headers?.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const found = await page({ "if-none-match": known });
      expect(found).toMatchObject({ statusCode: 304, headers: { etag, vary: "accept-encoding" } });
      expect(found).not.toHaveProperty("body");
    }
    expect(await page({ "if-none-match": '"other"' })).toMatchObject({ statusCode: 200 });
  });
});

describe("a request for the dashboard", () => {
  test("with HEAD gets what GET does, without a body", async () => {
    const { body, isBase64Encoded, ...got } = await page();
    expect([body, isBase64Encoded]).not.toContain(undefined);
    expect(await page({}, "HEAD")).toEqual(got);
  });

  test("with any other method is refused", async () => {
    const found = await page({}, "POST");
    expect(found).toMatchObject({ statusCode: 405, headers: { allow: "GET, HEAD" } });
    expect(JSON.parse(bytes(found))).toMatchObject({ code: "METHOD_NOT_ALLOWED", status: 405 });
  });

  test("for an unknown path gets a page in a browser, and otherwise a problem", async () => {
    const unknown = (accept: string) => ask(anEvent("$default", "/nowhere", { headers: { accept } }));
    const shown = await unknown("text/html,application/xhtml+xml");
    expect(shown).toMatchObject({ statusCode: 404, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(bytes(shown)).toContain("There is no such page");
    // Nothing of the address is repeated in it, nor anything inline that the policy forbids.
    expect(bytes(shown)).not.toMatch(/nowhere|<script|<style|style=/);
    const refused = await unknown("application/json");
    expect(JSON.parse(bytes(refused))).toMatchObject({ code: "ROUTE_NOT_FOUND", status: 404 });
  });
});
