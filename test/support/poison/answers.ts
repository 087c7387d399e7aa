import { gzipSync } from "node:zlib";
import type { Answer } from "../executors/http-server.ts";

/** Writes bytes as they are, in place of an answer of HTTP, and ends the connection. */
const bytes =
  (text: string | Buffer): Answer =>
  (_request, response) =>
    response.socket?.end(text);

/** A body as JSON. The status is that of a success, unless it is given. */
const body =
  (text: string, headers: Record<string, string> = {}) =>
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", etag: '"1"', ...headers }).end(text);

const nested = (levels: number, inner = "") => "[".repeat(levels) + inner + "]".repeat(levels);
const fields = (levels: number, name: string) => `${`{"${name}":`.repeat(levels)}1${"}".repeat(levels)}`;
const xml = { "content-type": "text/xml" };
const laughs = Array.from({ length: 12 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join("");

/** Bodies that no client of ours has asked for. Each is answered as a success, as a refusal and as a failure. */
export const bodies = {
  "4,000 levels": body(nested(4000)),
  "500,000 levels": body(nested(500_000)),
  "4,000 levels around a long number": body(nested(4000, "12345678901234567")),
  "4,000 levels of the fields that clients read": body(
    `{"error":${fields(4000, "error")},"code":${nested(4000)},"message":${nested(4000)},"__type":${nested(4000)}}`,
  ),
  "values that are no texts": body(
    '{"error":{"code":{"toString":1,"valueOf":1}},"code":{"toString":null},"__type":{"length":1}}',
  ),
  "values that are none": body(
    '{"data":[null,{"status":{}}],"errors":[null],"error":null,"Entries":[null],"MessageId":{}}',
  ),
  "names that mean something": body(
    '{"__proto__":{"code":"x"},"constructor":1,"toJSON":1,"then":{"then":1},"length":-1}',
  ),
  "numbers that are none": body('{"a":1e400,"b":-1e400,"c":123456789012345678901234567890,"d":0.1e-999}'),
  "half of a character": body('{"a":"\\ud800","\\udfff":1}'),
  "100,000 fields": body(`{${Array.from({ length: 100_000 }, (_, i) => `"f${i}":${i}`).join(",")}}`),
  null: body("null"),
  "a number": body("7"),
  "no JSON": body('{"a":NaN,'),
  nothing: body(""),
  "50,000 levels of XML": body("<a>".repeat(50_000), xml),
  "entities of entities": body(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">${laughs}]><a>&a12;</a>`, xml),
  "gzip that is none": body("no gzip", { "content-encoding": "gzip" }),
  "gzip that ends early":
    (status: number): Answer =>
    (_request, response) =>
      response
        .writeHead(status, { "content-type": "application/json", "content-encoding": "gzip" })
        .end(gzipSync(JSON.stringify({ a: "x".repeat(5000) })).subarray(0, 30)),
  "headers that are odd": body("{}", {
    "retry-after": "x".repeat(5000),
    "content-type": 'application/json; charset="\u00ff; charset=no-such',
    location: "http://[::1",
    "x-amzn-errortype": "a:b:c,__proto__",
    date: "never",
  }),
} satisfies Record<string, (status: number) => Answer>;

/** What is no answer of HTTP, or not all of one. */
export const wires: Record<string, Answer> = {
  "an upgrade": bytes("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nabc"),
  "status 999": bytes("HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n"),
  "status 000": bytes("HTTP/1.1 000 No\r\ncontent-length: 0\r\n\r\n"),
  "a redirect to nowhere": bytes("HTTP/1.1 303 See\r\nlocation: ://\r\ncontent-length: 0\r\n\r\n"),
  "half of a head": bytes("HTTP/1.1 200 OK\r\ncontent-le"),
  "half of a body": bytes('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"a":'),
  "chunks that are none": bytes("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc"),
  "two lengths": bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
  "two answers": bytes(`${"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".repeat(2)}`),
  "a head without an end": bytes(`HTTP/1.1 200 OK\r\n${`x-a: ${"x".repeat(1000)}\r\n`.repeat(40)}`),
  "another protocol": bytes("SSH-2.0-OpenSSH\r\n"),
  zeros: bytes(Buffer.alloc(100_000)),
};
