import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import { retryAfterOf } from "../../../core/job/retry-after.ts";

/**
 * What an error of AWS means for the job. PROVIDER_ERROR is for good, as AWS has read the message and refuses it, unless
 * it took the message and its answer cannot be read: rather twice than never.
 */
export type Meaning = readonly [JobErrorCode, string];

interface AwsFault {
  name?: unknown;
  $metadata?: { httpStatusCode?: number };
  $retryable?: { throttling?: boolean };
}

const throttles = /^(Throttl\w*|TooManyRequests\w*|RequestThrottled\w*|LimitExceeded\w*|KMSThrottling\w*)$/;

/**
 * A failed call of a messaging service as the failure of one recipient; an abort is the signal's own reason. The
 * service's own text stays in the cause: it quotes addresses and numbers.
 */
export function awsFault(
  service: string,
  named: Record<string, Meaning>,
  cause: unknown,
  signal: AbortSignal,
): unknown {
  if (signal.aborted) return signal.reason;
  const name = nameOf(cause);
  const found = Object.hasOwn(named, name) ? named[name] : undefined;
  const [code, message] = found ?? common(service, name, Object(cause) as AwsFault);
  const waitMs = retryAfterOf(cause);
  return new JobError(code, message, {
    cause,
    ...(code === "PROVIDER_ERROR" && { retryable: isSuccess(cause) }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
}

const isSuccess = (cause: unknown): boolean => {
  const { httpStatusCode = 0 } = (Object(cause) as AwsFault).$metadata ?? {};
  return httpStatusCode >= 200 && httpStatusCode < 300;
};

/** The name of an AWS error; the query protocol's lack the word at the end. */
export const nameOf = (cause: unknown): string => {
  const { name } = Object(cause) as AwsFault;
  return typeof name === "string" ? name.replace(/(Exception|Error)$/, "") : "";
};

function common(service: string, name: string, { $metadata, $retryable }: AwsFault): Meaning {
  const status = $metadata?.httpStatusCode;
  if (name === "CredentialsProvider") return ["CONFIGURATION_ERROR", "This consumer has no AWS credentials."];
  if (throttles.test(name) || status === 429 || $retryable?.throttling)
    return ["RATE_LIMITED", `${service} throttles the consumer.`];
  // Without a status there was no answer at all.
  if (status === undefined) return ["CONNECTION_ERROR", `The connection to ${service} failed.`];
  if (status < 300) return ["PROVIDER_ERROR", `${service} has answered, but with what cannot be read.`];
  if (status >= 500) return ["SERVICE_UNAVAILABLE", `${service} could not take the message for now.`];
  if (/^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|ExpiredToken)/.test(name))
    return ["UNAUTHORIZED", `${service} does not know this consumer's credentials.`];
  if (status === 403 || status === 401) return ["FORBIDDEN", `This consumer's role may not send by ${service}.`];
  return ["PROVIDER_ERROR", `${service} refuses the message with ${status}.`];
}
