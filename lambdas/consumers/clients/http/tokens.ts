import { createHash } from "node:crypto";
import { JobError, provenUndone } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { acceptedFor, discardResponse } from "./exchange.ts";

export interface FreshToken {
  token: string;
  lifetimeSeconds: number;
}

interface Entry {
  token: Promise<string>;
  /** Epoch milliseconds; infinite while the token is being fetched. */
  freshUntil: number;
}

/** One cache per warm Lambda: requests that need the same token at once share one fetch of it. */
const entries = new Map<string, Entry>();

/** How long fetching a token may take. Longer than one job may wait, because other jobs may be waiting too. */
const fetchTimeoutMs = 10_000;

/** A key that distinguishes credentials without keeping them; a rotated secret has another key. */
export const tokenKey = (...parts: (string | undefined)[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

export interface TokenSource {
  key: string;
  fetch: (signal: AbortSignal) => Promise<FreshToken>;
}

/**
 * Sends with a cached token, and once more with a fresh one if it is refused, because providers may revoke tokens early.
 * A 401 behind a request that was accepted refuses only the page to which a redirect has led, and repeats nothing. `isRefusal` says whether a 401 is about the token. Default: every 401 is.
 */
export async function withToken(
  { clock, signal }: Pick<Execution, "clock" | "signal">,
  source: TokenSource,
  send: (token: string) => Promise<Response>,
  isRefusal: (response: Response) => Promise<boolean> = async () => true,
): Promise<Response> {
  const token = await tokenFrom(source, clock, signal);
  const response = await send(token);
  if (response.status !== 401 || acceptedFor(response) || !(await isRefusal(response))) return response;
  await discardResponse(response);
  await refuseToken(source.key, token);
  return send(await tokenFrom(source, clock, signal));
}

/** A token is asked for before anything is sent with it, so a failure to get one proves that nothing was done. */
function tokenFrom(source: TokenSource, clock: Clock, signal: AbortSignal): Promise<string> {
  const cached = entries.get(source.key);
  const entry = cached && cached.freshUntil > clock.now() ? cached : beginFetch(source, clock);
  return abandonOnAbort(entry.token, signal).catch((error: unknown) => {
    throw signal.aborted ? error : provenUndone(error);
  });
}

/** The fetch has its own signal: with that of the first job, the end of that job would fail the others. */
function beginFetch({ key, fetch: fetchToken }: TokenSource, clock: Clock): Entry {
  const entry: Entry = { freshUntil: Number.POSITIVE_INFINITY, token: Promise.resolve("") };
  entry.token = fetchInTime(fetchToken).then(({ token, lifetimeSeconds }) => {
    // Expires a minute early, or a tenth of a short lifetime, because it must outlive the request that uses it.
    entry.freshUntil = clock.now() + (lifetimeSeconds - Math.min(60, lifetimeSeconds / 10)) * 1000;
    return token;
  });
  entry.token.catch(() => forgetToken(key, entry));
  entries.set(key, entry);
  return entry;
}

const forgetToken = (key: string, entry: Entry) => {
  if (entries.get(key) === entry) entries.delete(key);
};

/** Forgets a token that was refused, unless another request has already replaced it. */
async function refuseToken(key: string, token: string): Promise<void> {
  const entry = entries.get(key);
  if (entry && entry.freshUntil !== Number.POSITIVE_INFINITY && (await entry.token) === token) forgetToken(key, entry);
}

async function fetchInTime(fetchToken: TokenSource["fetch"]): Promise<FreshToken> {
  const late = new JobError("TIMEOUT", `The token endpoint took longer than ${fetchTimeoutMs} ms.`);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(late), fetchTimeoutMs);
  try {
    return await fetchToken(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

function abandonOnAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
