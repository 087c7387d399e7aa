import { TransientError } from "../../core/kernel/errors.ts";
import { parsedJson } from "../../core/kernel/parsed-json.ts";
import { readLimited } from "../sessions/read-limited.ts";

/** The most bytes of an answer of an issuer: a token with the 200 groups of Entra has some 10,000. */
const mostBytes = 262_144;

/** The answer of an issuer, without following redirects. Throws a TransientError if it cannot answer for now. */
export async function fetchJson(
  url: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<{ status: number; body: unknown }> {
  const { status, text } = await fetchedText(url, init, timeoutMs);
  if (status === 429 || status >= 500)
    throw new TransientError("ISSUER_UNAVAILABLE", `${new URL(url).host} answered ${status}`);
  return { status, body: parsedJson(text ?? "") };
}

async function fetchedText(url: string, init: RequestInit, timeoutMs: number) {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    return { status: response.status, text: await readLimited(response, mostBytes) };
  } catch (cause) {
    throw new TransientError("ISSUER_UNAVAILABLE", `${new URL(url).host} was not reached`, { cause });
  }
}
