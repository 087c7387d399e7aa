import { CliError, exitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { clean } from "../terminal/clean.ts";

export type Json = Record<string, unknown>;

/** A request of signing in or out, which the SDK does not make: there is no key yet. */
export async function callSignIn(
  io: Io,
  url: string,
  method: "GET" | "POST",
  path: string,
  { body, apiKey }: { body?: Json; apiKey?: string } = {},
): Promise<Json> {
  const base = url.replace(/(\/v1)?\/*$/, "");
  const answer = await answerOf(io, base + path, {
    method,
    headers: {
      accept: "application/json",
      ...(body && { "content-type": "application/json" }),
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(io.signal && { signal: io.signal }),
  });
  if (answer.status === 204) return {};
  const said = (await answer.json().catch(() => ({}))) as Json;
  if (answer.ok) return said;
  // Without issuers the gateway knows no such path, and asks for a key.
  if (typeof said.code !== "string" && [401, 403, 404].includes(answer.status))
    throw new CliError("People cannot sign in there: set DUCTAPE_API_KEY to a key.", exitCode.refused);
  const code = answer.status >= 500 ? exitCode.unreachable : exitCode.refused;
  throw new CliError(clean(typeof said.detail === "string" ? said.detail : `The API answered ${answer.status}.`), code);
}

async function answerOf({ fetch = globalThis.fetch, signal }: Io, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new CliError(`${new URL(url).origin} was not reached.`, exitCode.unreachable);
  }
}
