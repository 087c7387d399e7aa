import { errorOf } from "../../../sdk/src/problem.ts";
import { apiUrl } from "./base.ts";
import { etagFetch } from "./client.ts";
import { session } from "./session.ts";

/**
 * A request to a path of the API that the SDK has no method for, such as `GET /v1/products`. It rejects with the SDK's errors,
 * so that the page shows both alike.
 */
export async function request<T>(
  path: string,
  init: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<T> {
  const now = session.get();
  const apiKey = now.state === "open" ? now.apiKey : "";
  const { method = "GET", body, headers } = init;
  const answer = await etagFetch(apiUrl() + path, {
    method,
    headers: {
      ...headers,
      accept: "application/json",
      authorization: `Bearer ${apiKey}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw errorOf({ status: answer.status, headers: answer.headers, text }, Date.now(), apiKey);
  return JSON.parse(text || "{}") as T;
}

/** `?a=1&b=2` of the fields that have a value. */
export function query(fields: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
