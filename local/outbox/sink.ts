import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { megabyte, readBody, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

const largestBody = 10 * megabyte;
/** Headers that may contain this machine's own keys and tokens. */
const hidden = ["authorization", "cookie", "x-api-key"];

/** Stands in for any HTTP API: accepts every request and answers with JSON. */
export async function handleSink(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, largestBody);
  if (body === undefined) return sendJson(response, 413, { error: "too large" });
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    hidden.includes(name) ? "(hidden)" : String(value),
  ]);
  const method = request.method ?? "GET";
  const path = request.url ?? "/";
  // Every job may send webhooks, so the outbox limits them separately, as it does events.
  const kind = request.headers["webhook-id"] === undefined ? "http" : "webhook";
  caught.add({ kind, method, path, headers: Object.fromEntries(headers), body: readable(body) });
  sendJson(response, method === "POST" ? 201 : 200, { id: randomUUID(), received: true });
}

/** JSON as a value, other text as a string, the rest in base64. */
function readable(body: Buffer): unknown {
  if (body.length === 0) return null;
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return body.equals(Buffer.from(text)) ? text : body.toString("base64");
  }
}
