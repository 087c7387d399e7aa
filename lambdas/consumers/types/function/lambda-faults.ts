import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import { retryAfterOf } from "../../../core/job/retry-after.ts";

/** What the Invoke API's errors mean for a job; the rest follows from the HTTP status. */
const named: Record<string, [JobErrorCode, string]> = {
  TooManyRequestsException: ["RATE_LIMITED", "Lambda throttled the call."],
  ThrottlingException: ["RATE_LIMITED", "Lambda throttled the call."],
  ResourceNotFoundException: ["NOT_FOUND", "The function, or its version or alias, does not exist."],
  AccessDeniedException: ["FORBIDDEN", "This consumer's role may not invoke the function."],
  UnrecognizedClientException: ["UNAUTHORIZED", "Lambda does not know this consumer's credentials."],
  RequestTooLargeException: ["VALIDATION_ERROR", "The payload is larger than the function takes."],
  InvalidRequestContentException: ["VALIDATION_ERROR", "Lambda refused the payload."],
  ResourceConflictException: ["SERVICE_UNAVAILABLE", "The function is not ready to be invoked."],
  ResourceNotReadyException: ["SERVICE_UNAVAILABLE", "The function is not ready to be invoked."],
  SnapStartNotReadyException: ["SERVICE_UNAVAILABLE", "The function is not ready to be invoked."],
  CodeArtifactUserPendingException: ["SERVICE_UNAVAILABLE", "The function is not ready to be invoked."],
  CredentialsProviderError: ["CONFIGURATION_ERROR", "This consumer has no AWS credentials."],
};

interface AwsFault {
  name?: string;
  $metadata?: { httpStatusCode?: number };
  retryAfterSeconds?: string;
}

/** A failed Invoke as the failure of the attempt. */
export function lambdaFault(cause: unknown): JobError {
  const { name = "", $metadata, retryAfterSeconds } = Object(cause) as AwsFault;
  const [code, message] = named[name] ?? byStatus($metadata?.httpStatusCode);
  // A throttle that is modelled has it as a field, any other only as a header.
  const seconds = Number(retryAfterSeconds);
  const waitMs = seconds > 0 ? seconds * 1000 : retryAfterOf(cause);
  return new JobError(code, message, {
    cause,
    ...(code === "PROVIDER_ERROR" && { retryable: false }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  });
}

/** Without a status there was no answer at all. */
function byStatus(status: number | undefined): [JobErrorCode, string] {
  if (status === undefined) return ["CONNECTION_ERROR", "The connection to Lambda failed."];
  if (status >= 500) return ["SERVICE_UNAVAILABLE", "Lambda could not run the function for now."];
  if (status === 429) return ["RATE_LIMITED", "Lambda throttled the call."];
  if (status === 403) return ["FORBIDDEN", "Lambda refused this consumer's credentials."];
  return ["PROVIDER_ERROR", `Lambda refused the call with ${status}.`];
}
