import { createDuctape, type RequestMethod, type RequestOptions } from "ductape-sdk";
import { clockAhead } from "ductape-sdk/internal";
import { CliError } from "./exit-code.ts";
import { type ApiAddress, findApi } from "./find-api.ts";
import type { Io } from "./io.ts";

export type Json = Record<string, unknown>;

/** The API that a command calls. */
export interface Api extends ApiAddress {
  /** Sends a request; resolves with the answer as the API sent it. Interrupted with the command. */
  request<Answer = Json>(method: RequestMethod, path: string, options?: RequestOptions): Promise<Answer>;
  /**
   * Epoch milliseconds by the API's clock, as its answers have it; by this machine's until there is one. The local runtime's clock
   * may be days ahead.
   */
  now(): number;
}

export async function openApi(io: Io, url: string | undefined): Promise<Api> {
  const address = findApi(io, url);
  const machine = io.now ?? Date.now;
  const send = io.fetch ?? globalThis.fetch;
  let aheadMs = 0;
  const fetch: typeof globalThis.fetch = async (...request) => {
    const response = await send(...request);
    aheadMs = clockAhead(response.headers, machine());
    return response;
  };
  const { request } = createDuctape({ url: address.url, apiKey: address.apiKey, fetch, maxRetries: 2 });
  return {
    ...address,
    request: (method, path, options = {}) => request(method, path, { signal: io.signal, ...options }),
    now: () => machine() + aheadMs,
  };
}

/** A path with its parts encoded: ``path`/v1/jobs/${id}/cancel` ``. Throws a CliError for a part that would lead elsewhere. */
export const path = (texts: TemplateStringsArray, ...parts: string[]): string =>
  texts.reduce((sum, text, i) => sum + pathPart(parts[i - 1] ?? "") + text);

/** Encodes one part of a path. Dots stay dots when they are encoded, and mean another folder. */
export function pathPart(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new CliError("An id or a name is missing, or consists of dots.");
  return encodeURIComponent(text);
}

/** How many requests a command that looks at many things makes at a time. */
export const readsAtOnce = 8;

/** What is at a path, or undefined if nothing is there. */
export const foundAt = <One>(api: Api, at: string): Promise<One | undefined> =>
  api.request<One>("GET", at).catch((error: Error) => {
    if (error.name === "NotFoundError") return undefined;
    throw error;
  });
