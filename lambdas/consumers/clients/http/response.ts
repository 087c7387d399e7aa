import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { JobError } from "../../../core/job/job-error.ts";

/** A truncated body is read as far as it goes, as in browsers. */
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

/** The statuses of responses without a body. */
const bodiless = new Set([204, 205, 304]);

/** Converts a response of `node:http` to a `Response` of `fetch`. Its body is decompressed, and read only as far as the reader reads. */
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

/** A body in an unknown encoding, which was not requested, stays as it is. */
function decoded(answer: IncomingMessage): Readable {
  const encodings = (answer.headers["content-encoding"] ?? "").toLowerCase().split(",");
  return encodings.reduceRight<Readable>((body, encoding) => {
    const decoder = decoders[encoding.trim()]?.();
    return decoder ? pipeline(body, decoder, () => {}) : body;
  }, answer);
}
