import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { megabyte, readBody, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

const largestBody = 10 * megabyte;
/** Where this machine's own keys and tokens would show up. */
const hidden = ["authorization", "cookie", "x-api-key"];

/** Any HTTP API: takes every request and answers with JSON. */
export async function handleSink(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, largestBody);
  if (body === undefined) return sendJson(response, 413, { error: "too large" });
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    hidden.includes(name) ? "(hidden)" : String(value),
  ]);
  const method = request.method ?? "GET";
  const path = request.url ?? "/";
  // Every job may send one: the outbox keeps them apart, as it does the events.
  const kind = request.headers["webhook-id"] === undefined ? "http" : "webhook";
  caught.add({ kind, method, path, headers: Object.fromEntries(headers), body: readable(body) });
  sendJson(response, method === "POST" ? 201 : 200, { id: randomUUID(), received: true });
}

/** JSON as such, other text as text, the rest as base64. */
function readable(body: Buffer): unknown {
  if (body.length === 0) return null;
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return body.equals(Buffer.from(text)) ? text : body.toString("base64");
  }
}
