import { providerCodeOf } from "../../../core/job/provider-code.ts";
import { parsedJson } from "../../../core/kernel/parsed-json.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { echoesOf, type SentCall } from "./echoes.ts";
import { discardResponse, requestsFor } from "./exchange.ts";

/** The most bytes of a failed answer that are searched for a code. */
const largestFailureBytes = 64 * 1024;
/** How long such an answer may take, in milliseconds. */
const patienceMs = 2000;

/** How long a failed answer may be read. */
export interface Patience {
  clock: Clock;
  signal: AbortSignal;
  ms: number;
}

/** At most half of what is left of the attempt, so that an answer without an end does not become a timeout. */
export const patienceOf = ({
  clock,
  signal,
  deadline,
}: Pick<Execution, "clock" | "signal" | "deadline">): Patience => ({
  clock,
  signal,
  ms: Math.min(patienceMs, (deadline - clock.now()) / 2),
});

/** The provider's own code in a failed response: that of its JSON, else its status. The response is read or discarded; no failure of that counts. */
export async function failureCode(response: Response, patience: Patience): Promise<string> {
  const code = codeOfJson(await readFailure(response, patience), response.status, requestsFor(response));
  return code ?? String(response.status);
}

/** The body of a failed response if it is JSON and not too large; undefined for anything else. */
async function readFailure(response: Response, patience: Patience): Promise<unknown> {
  if (!response.body || !isJsonType(response.headers.get("content-type")))
    return void (await discardResponse(response));
  const reader = response.body.getReader();
  const next = async () => (await reader.read()).value;
  const bytes = await readInTime(next, patience);
  void reader.cancel().catch(() => {});
  return bytes && parseAnswer(bytes);
}

export const isJsonType = (contentType: string | null | undefined): boolean =>
  /^[\w.+-]+\/([\w.+-]+\+)?json\b/i.test(contentType ?? "");

/** Reads to the end, which `next` marks by undefined; undefined if that fails, takes too long or is too much. */
export async function readInTime(
  next: () => Promise<Uint8Array | undefined>,
  { clock, signal, ms }: Patience,
): Promise<Buffer | undefined> {
  const ended = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([signal, ended.signal])).then(() => "late" as const);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await Promise.race([next(), late]);
      if (chunk === undefined) return Buffer.concat(chunks);
      if (chunk === "late") return undefined;
      bytes += chunk.byteLength;
      if (bytes > largestFailureBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  } finally {
    ended.abort("ended");
  }
}

export const parseAnswer = (bytes: Buffer): unknown => parsedJson(bytes.toString());

/** The code in the JSON of a failed answer, wherever providers put it. A number that only repeats the status is none. */
export function codeOfJson(body: unknown, status: number, sent: readonly SentCall[]): string | undefined {
  const { error, code, errorCode, error_code, errors } = Object(body) as Record<string, unknown>;
  const inner = Object(error) as Record<string, unknown>;
  const first = Object(Array.isArray(errors) ? errors[0] : undefined) as Record<string, unknown>;
  const candidates = [inner.code, inner.type, inner.status, code, error, errorCode, error_code, first.code];
  // Anything else may have no text at all, or one that is too deep to be made.
  const texts = candidates.filter((candidate) => typeof candidate === "string" || typeof candidate === "number");
  return firstOwn(
    texts.filter((text) => String(text) !== String(status)),
    sent,
  );
}

const ownOf = (codes: readonly string[], isEcho: (code: string) => boolean) => codes.find((code) => !isEcho(code));

/** The first candidate that has the form of a code and does not come from the request. */
export function firstOwn(candidates: readonly unknown[], sent: readonly SentCall[]): string | undefined {
  const codes = candidates.flatMap((candidate) => providerCodeOf(candidate) ?? []);
  // A long body is only taken apart if there is something to look for.
  return codes.length === 0 ? undefined : ownOf(codes, echoesOf(sent));
}
