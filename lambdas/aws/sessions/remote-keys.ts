import { createRemoteJWKSet, customFetch, errors } from "jose";
import { readLimited } from "./read-limited.ts";

/** How long a server of keys may take, in milliseconds. */
const keysTimeoutMs = 3000;
/** The most bytes of its answer. */
export const mostKeyBytes = 262_144;
/** How long its keys are kept, in milliseconds. */
const keptKeysMs = 600_000;
/** A token with an unknown key has them fetched again, but not more often than this: anyone can make such tokens. */
export const keysCooldownMs = 5000;

/** The keys could not be fetched. */
class KeysUnavailable extends Error {}

/** Whether an error says that keys could not be fetched, or that the server answered something else. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof KeysUnavailable || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;

/** The keys of a server. While they are cooling down, none are fetched for a token with an unknown key. */
export type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/** The keys at a URL, fetched on first use and kept as long as the process is warm. */
export function remoteKeys(): (url: string) => RemoteKeys {
  const known = new Map<string, RemoteKeys>();
  return (url) => {
    const keys = known.get(url) ?? keysAt(url);
    known.set(url, keys);
    return keys;
  };
}

const keysAt = (url: string): RemoteKeys =>
  createRemoteJWKSet(new URL(url), {
    timeoutDuration: keysTimeoutMs,
    cooldownDuration: keysCooldownMs,
    cacheMaxAge: keptKeysMs,
    [customFetch]: fetchKeys,
  });

/** Fetches without following redirects, and reads no more than an answer may have. */
async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, options);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KeysUnavailable(`the server of keys answered ${response.status}`);
    }
    return new Response(await limited(response), { status: 200 });
  } catch (error) {
    if (error instanceof KeysUnavailable || (error as Error).name === "TimeoutError") throw error;
    throw new KeysUnavailable("the server of keys could not be reached", { cause: error });
  }
}

async function limited(response: Response): Promise<string> {
  const text = await readLimited(response, mostKeyBytes);
  if (text === undefined) throw new KeysUnavailable(`the server of keys answered more than ${mostKeyBytes} bytes`);
  if (parsesAsJson(text)) return text;
  throw new KeysUnavailable("the server of keys answered no JSON");
}

function parsesAsJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
