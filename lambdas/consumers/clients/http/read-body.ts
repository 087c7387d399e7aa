import { JobError } from "../../../core/job/job-error.ts";
import { endlessRoom, type Room } from "../../../core/operations/memory.ts";
import { parseExactly } from "../../../core/schema/exact-json.ts";
import { isSmallJson } from "../../../core/schema/json-values.ts";
import { networkError } from "./exchange.ts";

/** The most of one response that a consumer holds in memory, counted after decompression. */
export const maxResponseBytes = 10 * 1024 * 1024;

/** Up to this size a job reads an answer without asking whether its batch has room for it. */
export const smallResponseBytes = 512 * 1024;

/**
 * Reads a response up to `limit` bytes. A larger one is a permanent PROVIDER_ERROR, as it would be no smaller the next time.
 * The rest of an answer that is not small waits at the provider until there is room.
 */
export async function readBytes(
  response: Response,
  signal: AbortSignal,
  limit = maxResponseBytes,
  room: Room = endlessRoom,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isLarge = false;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > smallResponseBytes && !isLarge) {
        isLarge = true;
        await room.forAnswer(limit, signal);
      }
      // Leaving the loop cancels the stream, and with it the connection.
      if (bytes > limit) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw networkError(cause, signal);
  }
  if (bytes > limit) {
    const size = limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MiB` : `${limit / 1024} KiB`;
    throw new JobError("PROVIDER_ERROR", `The response is larger than the limit of ${size}.`, { retryable: false });
  }
  return Buffer.concat(chunks);
}

export interface DecodedBody {
  body: unknown;
  /** The content type says JSON but the body is not: it is given as a string. */
  parse_error?: true;
  /** The body is not text and is given in base64, or it is JSON too large to parse and is given as a string. */
  body_encoding?: "base64" | "json";
}

/**
 * A body as a result holds it: parsed if its content type says JSON, else a string, and null if empty. JSON that does not parse
 * does not fail the job: the call has had its effect, and a repetition would have it again.
 */
export function decodeBody(bytes: Buffer, contentType: string | null): DecodedBody {
  if (bytes.length === 0) return { body: null };
  const text = isBinary(bytes) ? undefined : decodeText(bytes, /charset="?([\w.:-]+)/i.exec(contentType ?? "")?.[1]);
  if (text === undefined) return { body: bytes.toString("base64"), body_encoding: "base64" };
  if (!/^[\w.+-]+\/([\w.+-]+\+)?json\b/i.test(contentType ?? "")) return { body: text };
  if (!isSmallJson(bytes)) return { body: text, body_encoding: "json" };
  try {
    return { body: parseExactly(text) };
  } catch {
    return { body: text, parse_error: true };
  }
}

/** An eighth of control characters: as text each of them would be six characters of the result's JSON. */
function isBinary(bytes: Uint8Array): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) controls++;
  return controls * 8 > bytes.byteLength;
}

function decodeText(bytes: Buffer, charset = "utf-8"): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // An unknown charset, or bytes that are not text in it.
    return undefined;
  }
}

/** The JSON of a small answer; undefined if it is not JSON. */
export async function readJson(response: Response, signal: AbortSignal, limit = 256 * 1024): Promise<unknown> {
  try {
    return JSON.parse((await readBytes(response, signal, limit)).toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
