import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { JobError } from "../../../core/job/job-error.ts";
import type { Room } from "../../../core/operations/memory.ts";
import { type Patience, readPart } from "../http/failure-code.ts";
import { breaksOff, type ReadBody, smallResponseBytes } from "../http/read-body.ts";
import { unreadableHead } from "../http/unreadable.ts";
import { neverSent } from "../never-sent.ts";

export interface HttpAnswer {
  status: number;
  /** Names in lower case; several values of a name are joined into one string. */
  headers: Record<string, string>;
  body: Buffer;
  /** The body breaks off: its framing is not valid, or with `keepsPart` its connection was lost. */
  isBroken?: boolean;
}

interface Post {
  /** POST, or GET after a 303 redirect. */
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** The most bytes of an answer. */
  largest: number;
  signal: AbortSignal;
  /** How long the body of a failure is read for the code in it. */
  patience: Patience;
  /** Reserved before the rest of a large answer is read. */
  room: Room;
  /** Returns what had come of a success whose connection is lost, rather than throwing a CONNECTION_ERROR. Default: no. */
  keepsPart?: boolean;
}

/**
 * Sends one request. It does not use `fetch`, which gives up after five minutes without headers, while a function may take
 * fifteen. It opens a new connection, since one from before a freeze of this Lambda may be dead.
 */
export async function postToFunction(url: URL, { method, headers, body, ...reading }: Post): Promise<HttpAnswer> {
  const { signal } = reading;
  try {
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
      agent: false,
      signal,
    });
    // Without a listener each of these errors would end the process: one after the response has begun appears on both.
    request.on("error", () => {});
    request.once("response", (response) => {
      response.on("error", () => {});
      // What the parser refuses is an error of the request alone, and of the response only that it was aborted.
      request.on("error", (error) => response.destroy(error));
    });
    request.end(body);
    const [response] = (await once(request, "response", { signal })) as [IncomingMessage];
    const { bytes, isBroken } = await readAnswer(response, reading);
    return { status: response.statusCode ?? 0, headers: joinedHeaders(response), body: bytes, isBroken };
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof JobError) throw cause;
    const unreadable = unreadableHead(cause, "function", false);
    if (unreadable) throw unreadable;
    const code = requestErrorCode(cause);
    const shown = code === undefined ? "" : ` (${code})`;
    throw new JobError("CONNECTION_ERROR", `The connection to the function failed${shown}.`, {
      cause,
      nothingDone: neverSent(cause),
      providerCode: code,
    });
  }
}

/** Reads the body of a success, and the beginning of that of a failure. Leaving the loop closes the connection. */
async function readAnswer(
  response: IncomingMessage,
  { largest, signal, room, patience, keepsPart = false }: Omit<Post, "method" | "headers" | "body">,
): Promise<ReadBody> {
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299) return readFailedBody(response, patience);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isLarge = false;
  let isBroken = false;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).byteLength;
      if (bytes > smallResponseBytes && !isLarge) {
        isLarge = true;
        await room.forAnswer(largest, signal);
      }
      if (bytes > largest) {
        throw new JobError("PROVIDER_ERROR", `The function's answer has more than ${largest} bytes.`, {
          retryable: false,
        });
      }
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    isBroken = breaksOff(cause, signal, keepsPart);
    if (!isBroken) throw cause;
  }
  return { bytes: Buffer.concat(chunks), isBroken };
}

const joinedHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** The beginning of the body of a failure. `isBroken`: there is more of it. */
async function readFailedBody(response: IncomingMessage, patience: Patience): Promise<ReadBody> {
  try {
    const chunks = response[Symbol.asyncIterator]();
    const next = async () => (await chunks.next()).value as Uint8Array | undefined;
    const { bytes, isCut } = await readPart(next, patience);
    return { bytes, isBroken: isCut };
  } finally {
    response.destroy();
  }
}

/** A system code such as ECONNREFUSED; never the message, which names addresses. */
function requestErrorCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? code : undefined;
}
