import { JobError } from "../../../core/job/job-error.ts";

/** The codes of Node's parser for an answer that is no HTTP, or more than it reads. */
const parserCode = /^HPE_[A-Z_]{2,50}$/;

/** The code with which Node's parser has refused an answer. Undefined for any other failure. */
export function parserCodeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && parserCode.test(code) ? code : undefined;
}

const refusing = /^HTTP\/1\.[01] [45]\d\d /;

/**
 * The failure for an answer whose head cannot be read, such as one with more than 16 KiB of headers. What was asked has probably
 * been done, so only a request that may arrive twice is repeated, and one whose answer at least says that it was refused.
 */
export function unreadableHead(error: unknown, who: string, isRepeatable: boolean): JobError | undefined {
  const code = parserCodeOf(error);
  if (code === undefined) return undefined;
  const { rawPacket } = error as { rawPacket?: unknown };
  const isRefused = rawPacket instanceof Uint8Array && refusing.test(Buffer.from(rawPacket).toString("latin1", 0, 16));
  return new JobError("PROVIDER_ERROR", `The answer of the ${who} is not HTTP that can be read (${code}).`, {
    retryable: isRepeatable || isRefused,
    nothingDone: false,
    cause: error,
    providerCode: code,
  });
}
