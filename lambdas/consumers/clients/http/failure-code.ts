import type { ProviderAnswer } from "../../../core/job/provider-answer.ts";
import { providerCodeOf } from "../../../core/job/provider-code.ts";
import { parsedJson } from "../../../core/kernel/parsed-json.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { echoesOf, type SentCall, tokensIn } from "./echoes.ts";
import { requestsFor } from "./exchange.ts";

/** The most bytes of a failed answer that are searched for a code. */
const largestFailureBytes = 64 * 1024;
/** The most that is read of one that is not JSON, for people. */
const largestTextBytes = 16 * 1024;
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

/**
 * The provider's own code in a failed response, which is that of its JSON, else its status; and what the response says. It is read or
 * discarded; no failure of that counts.
 */
export async function failedAnswer(
  response: Response,
  patience: Patience,
): Promise<{ code: string; answer: ProviderAnswer }> {
  const { status, headers } = response;
  const isJson = isJsonType(headers.get("content-type"));
  const { bytes, isCut } = await readFailure(response, patience, isJson ? largestFailureBytes : largestTextBytes);
  const sent = requestsFor(response);
  const code = isJson && !isCut ? codeOfJson(parseAnswer(bytes), status, sent) : undefined;
  const answer = { status, headers: [...headers], body: bytes, isCut, credentials: sent.flatMap(tokensIn) };
  return { code: code ?? String(status), answer };
}

async function readFailure(response: Response, patience: Patience, most: number): Promise<ReadPart> {
  if (!response.body) return { bytes: Buffer.alloc(0), isCut: false };
  const reader = response.body.getReader();
  const part = await readPart(async () => (await reader.read()).value, patience, most);
  void reader.cancel().catch(() => {});
  return part;
}

export const isJsonType = (contentType: string | null | undefined): boolean =>
  /^[\w.+-]+\/([\w.+-]+\+)?json\b/i.test(contentType ?? "");

interface ReadPart {
  bytes: Buffer;
  /** It failed, took too long or was too much before the end. */
  isCut: boolean;
}

/** Reads to the end, which `next` marks by undefined, or as far as it comes in time, and no more than `most` bytes and a chunk. */
export async function readPart(
  next: () => Promise<Uint8Array | undefined>,
  { clock, signal, ms }: Patience,
  most = largestFailureBytes,
): Promise<ReadPart> {
  const ended = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([signal, ended.signal])).then(() => "late" as const);
  const chunks: Uint8Array[] = [];
  const read = (isCut: boolean) => ({ bytes: Buffer.concat(chunks), isCut });
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await Promise.race([next(), late]);
      if (chunk === undefined) return read(false);
      if (chunk === "late") return read(true);
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > most) return read(true);
    }
  } catch {
    return read(true);
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
