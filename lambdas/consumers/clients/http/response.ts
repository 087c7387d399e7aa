import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { JobError } from "../../../core/job/job-error.ts";

/** A body that was cut off is read as far as it came, as browsers do. */
const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

const decoders: Record<string, () => Transform> = {
  gzip: () => createGunzip(lenient),
  "x-gzip": () => createGunzip(lenient),
  deflate: () => createInflate(lenient),
  br: () =>
    createBrotliDecompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
};

/** Statuses whose answers have no body. */
const bodiless = new Set([204, 205, 304]);

/** An answer of `node:http` as a `Response` of `fetch`: its body is decompressed, and read only as far as its reader goes. */
export function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = answer;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  if (status < 200 || status > 599) {
    answer.destroy();
    throw new JobError("PROVIDER_ERROR", `The provider answered with status ${status}, which HTTP does not have.`, {
      retryable: false,
    });
  }
  if (bodiless.has(status)) answer.resume();
  return new Response(bodiless.has(status) ? null : decoded(answer), { status, headers });
}

/** A body in an encoding that is unknown, and was not asked for, stays as it is. */
function decoded(answer: IncomingMessage): Readable {
  const encodings = (answer.headers["content-encoding"] ?? "").toLowerCase().split(",");
  return encodings.reduceRight<Readable>((body, encoding) => {
    const decoder = decoders[encoding.trim()]?.();
    return decoder ? pipeline(body, decoder, () => {}) : body;
  }, answer);
}
