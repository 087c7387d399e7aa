import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import { retryAfterOf } from "../../../core/job/retry-after.ts";

type Meaning = [JobErrorCode, string];

const noBucket: Meaning = ["CONFIGURATION_ERROR", "The storage's bucket does not exist."];
const elsewhere: Meaning = ["CONFIGURATION_ERROR", "The storage's bucket is in another region: say which."];
const unknownCredentials: Meaning = ["UNAUTHORIZED", "The storage does not know these credentials."];
const throttled: Meaning = ["RATE_LIMITED", "The storage throttled the call."];
const tooLarge: Meaning = ["VALIDATION_ERROR", "The file is larger than the storage takes."];

/** What the vendors' own names mean; the rest follows from the HTTP status. */
const named: Record<string, Meaning> = {
  NoSuchBucket: noBucket,
  ContainerNotFound: noBucket,
  ContainerBeingDeleted: noBucket,
  PermanentRedirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  InvalidAccessKeyId: unknownCredentials,
  SignatureDoesNotMatch: unknownCredentials,
  AuthenticationFailed: unknownCredentials,
  invalid_grant: unknownCredentials,
  CredentialsProviderError: ["CONFIGURATION_ERROR", "This consumer has no AWS credentials."],
  SlowDown: throttled,
  ServerBusy: throttled,
  ThrottlingException: throttled,
  EntityTooLarge: tooLarge,
  RequestBodyTooLarge: tooLarge,
  ConditionalRequestConflict: ["SERVICE_UNAVAILABLE", "Another write of the same file was in progress."],
};

/** A vendor's error as the failure of the attempt; its own text stays in the cause, since it quotes keys and URLs. */
export function storageFault(cause: unknown): JobError {
  if (cause instanceof JobError) return cause;
  const [code, message] = named[nameOf(cause)] ?? byStatus(statusOf(cause));
  const retryAfterMs = retryAfterOf(cause);
  return new JobError(code, message, {
    cause,
    ...(code === "PROVIDER_ERROR" && { retryable: false }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Without a status there was no answer at all. */
function byStatus(status: number | undefined): Meaning {
  if (status === undefined) return ["CONNECTION_ERROR", "The connection to the storage failed."];
  // The file may be there; the next attempt puts the same one in its place.
  if (status < 300) return ["SERVICE_UNAVAILABLE", "The storage has answered, but with what cannot be read."];
  if (status === 301) return elsewhere;
  if (status === 401) return unknownCredentials;
  if (status === 403) return ["FORBIDDEN", "The storage does not allow this write."];
  if (status === 404) return noBucket;
  if (status === 408) return ["TIMEOUT", "The storage did not wait for the file."];
  if (status === 413) return tooLarge;
  if (status === 429) return throttled;
  if (status >= 500) return ["SERVICE_UNAVAILABLE", "The storage could not take the file for now."];
  return ["PROVIDER_ERROR", `The storage refused the file with ${status}.`];
}

interface VendorError {
  name?: unknown;
  /** AWS and Google's tokens: none; Azure: its own name; Google: the status. */
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
  statusCode?: unknown;
  status?: unknown;
  response?: { status?: unknown; data?: { error?: unknown } };
}

/** The HTTP status of an AWS, Azure or Google error. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata, statusCode, code, status, response } = Object(error) as VendorError;
  return [$metadata?.httpStatusCode, statusCode, code, status, response?.status].find(isStatus);
}

const isStatus = (value: unknown): value is number => typeof value === "number" && value >= 100 && value <= 599;

/** The vendor's own name of an error, if it has one. */
export function nameOf(error: unknown): string {
  const { name, code, response } = Object(error) as VendorError;
  return [response?.data?.error, code, name].find((value) => typeof value === "string") ?? "";
}
