import {
  errorNamesOf,
  type FaultTable,
  faultBy,
  type Meaning,
  type Meanings,
  refusalMeaning,
  refusals,
} from "../fault-table.ts";

/**
 * The faults of a service that sends messages: by its own names of refusals, by those of errors that do not say what was done, and by
 * what all such services share.
 */
export const messagingFaults = (service: string, refused: Meanings, unsure: Meanings = {}): FaultTable => ({
  named: { ...refusals({ CredentialsProvider: noCredentials, ...refused }), ...unsure },
  byStatus: (status, error) => common(service, status, error),
});

const noCredentials: Meaning = ["CONFIGURATION_ERROR", "This consumer has no AWS credentials."];

/** Converts a failed call to the failure of one recipient. For an abort, throws the signal's own reason. */
export const messagingFault = (table: FaultTable, cause: unknown, signal: AbortSignal): unknown =>
  signal.aborted ? signal.reason : faultBy(table, cause);

const throttles = /^(Throttl\w*|TooManyRequests\w*|RequestThrottled\w*|LimitExceeded\w*|KMSThrottling\w*)$/;
const unknownCredentials =
  /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|ExpiredToken)/;

function common(service: string, status: number | undefined, error: unknown): Meaning {
  const isNamed = (pattern: RegExp) => errorNamesOf(error).some((name) => pattern.test(name));
  const { $retryable } = Object(error) as { $retryable?: { throttling?: boolean } };
  if (isNamed(throttles) || status === 429 || $retryable?.throttling)
    return refusalMeaning(["RATE_LIMITED", `${service} throttles the consumer.`]);
  if (status === undefined) return ["CONNECTION_ERROR", `The connection to ${service} failed.`];
  // The service may have accepted the message, but sending it twice is better than not at all.
  if (status < 300) return ["PROVIDER_ERROR", `The response of ${service} cannot be read.`, true];
  if (status >= 500) return ["SERVICE_UNAVAILABLE", `${service} could not accept the message at the moment.`];
  if (isNamed(unknownCredentials))
    return refusalMeaning(["UNAUTHORIZED", `${service} does not know this consumer's credentials.`]);
  if (status === 403 || status === 401)
    return refusalMeaning(["FORBIDDEN", `This consumer's role may not send by ${service}.`]);
  return ["PROVIDER_ERROR", `${service} refuses the message with status ${status}.`];
}
