import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { JobError } from "../../../core/job/job-error.ts";
import { type Decoding, decoded } from "./decoded.ts";

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
  const decoding: Decoding = { failed: false };
  const encoding = answer.headers["content-encoding"] ?? "";
  const body = bodiless.has(status) ? null : decoded(readableBodyOf(answer), encoding, decoding);
  const response = new Response(body, { status, headers });
  decodings.set(response, decoding);
  return response;
}

const decodings = new WeakMap<Response, Decoding>();

/** What is wrong with the body of a response. */
export const decodingOf = (response: Response): Readonly<Decoding> => decodings.get(response) ?? { failed: false };

/** An answer may have failed before it is read, and no Response takes a stream that has. */
function readableBodyOf(answer: IncomingMessage): Readable {
  const { errored } = answer;
  if (!errored) return answer;
  const failed = new Readable({ read: () => {}, construct: (done) => done(errored) });
  // A discarded answer has no listener for errors.
  return failed.on("error", () => {});
}
