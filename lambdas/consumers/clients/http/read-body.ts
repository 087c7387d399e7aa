import { JobError } from "../../../core/job/job-error.ts";
import { parseExactly } from "../../../core/kernel/exact-json.ts";
import { isSmallJson } from "../../../core/kernel/json-values.ts";
import { endlessRoom, type Room } from "../../../core/operations/memory.ts";
import { networkError } from "./exchange.ts";
import { decodingOf } from "./response.ts";
import { parserCodeOf } from "./unreadable.ts";

/** The largest response that a consumer keeps in memory, after decompression. */
export const maxResponseBytes = 10 * 1024 * 1024;

/** Responses up to this size are read without reserving memory in the batch. */
export const smallResponseBytes = 512 * 1024;

/** The bytes of a body, and whether they are only a part of it, or not decoded, because it is not as its headers say. */
export interface ReadBody {
  bytes: Buffer;
  isBroken: boolean;
}

/** How a body is read. */
interface Reading {
  /** The most bytes. Default: `maxResponseBytes`. */
  limit?: number;
  /** Reserved before the rest of a body that is not small is read. */
  room?: Room;
  /**
   * Returns what had come of a body whose connection is lost, rather than throwing a CONNECTION_ERROR: for the success of a request that
   * must not be repeated.
   */
  keepsPart?: boolean;
}

/** Reads a response as `readBody` does, where it is of no interest whether the body is whole. */
export const readBytes = async (...asked: Parameters<typeof readBody>): Promise<Buffer> =>
  (await readBody(...asked)).bytes;

/**
 * Reads a response up to `limit` bytes. A larger one is a permanent PROVIDER_ERROR, because it would not be smaller the next time.
 * The rest of a response that is not small stays at the provider until there is room. A body that is not encoded as its headers say
 * is no failure: the call has had its effect, and a repetition would have it again.
 */
export async function readBody(
  response: Response,
  signal: AbortSignal,
  { limit = maxResponseBytes, room = endlessRoom, keepsPart = false }: Reading = {},
): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isLarge = false;
  let isBroken = false;
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
    const { lost } = decodingOf(response);
    if (lost && bytes <= limit) throw lost;
  } catch (cause) {
    isBroken = breaksOff(cause, signal, keepsPart);
    if (!isBroken) throw networkError(cause, signal);
  }
  if (bytes > limit) {
    const size = limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MiB` : `${limit / 1024} KiB`;
    throw new JobError("PROVIDER_ERROR", `The response is larger than the limit of ${size}.`, { retryable: false });
  }
  return { bytes: Buffer.concat(chunks), isBroken: isBroken || decodingOf(response).failed };
}

/** Whether a failure to read the body of an answer leaves what had come of it as its body, rather than failing the call. */
export const breaksOff = (cause: unknown, signal: AbortSignal, keepsPart: boolean): boolean =>
  !signal.aborted && !(cause instanceof JobError) && (keepsPart || parserCodeOf(cause) !== undefined);

export interface DecodedBody {
  body: unknown;
  /** The body is not encoded as its headers say, or breaks off: `body` is as much of it as could be read. */
  decode_error?: true;
  /** The content type is JSON, but the body cannot be parsed and is a string. */
  parse_error?: true;
  /** The body is not text and is in base64, or it is JSON that is too large or too deep to parse and is a string. */
  body_encoding?: "base64" | "json";
}

/**
 * A body in a result: parsed if its content type is JSON, else a string, and null if empty. What cannot be decoded or parsed
 * does not fail the job, because the call has had its effect, and a repetition would have it again.
 */
export const decodedBodyOf = ({ bytes, isBroken }: ReadBody, contentType: string | null): DecodedBody => ({
  ...decodeBody(bytes, contentType),
  ...(isBroken && { decode_error: true }),
});

export function decodeBody(bytes: Buffer, contentType: string | null): DecodedBody {
  if (bytes.length === 0) return { body: null };
  const text = isBinary(bytes) ? undefined : decodeText(bytes, /charset="?([\w.:-]+)/i.exec(contentType ?? "")?.[1]);
  if (text === undefined) return { body: bytes.toString("base64"), body_encoding: "base64" };
  if (!/^[\w.+-]+\/([\w.+-]+\+)?json\b/i.test(contentType ?? "")) return { body: text };
  // The bytes may be in another charset.
  if (!isSmallJson(Buffer.from(text))) return { body: text, body_encoding: "json" };
  try {
    return { body: parseExactly(text) };
  } catch {
    return { body: text, parse_error: true };
  }
}

/** Whether an eighth of the bytes are control characters, each of which would take six characters in the result's JSON. */
function isBinary(bytes: Uint8Array): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) controls++;
  return controls * 8 > bytes.byteLength;
}

function decodeText(bytes: Buffer, charset = "utf-8"): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // The charset is unknown, or the bytes are not valid in it.
    return undefined;
  }
}

/** Reads the JSON of a small response; undefined if it is not JSON. */
export async function readJson(
  response: Response,
  signal: AbortSignal,
  reading: Pick<Reading, "keepsPart"> = {},
): Promise<unknown> {
  try {
    return JSON.parse((await readBytes(response, signal, { limit: 256 * 1024, ...reading })).toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
