import { JobError, type JobErrorCode } from "../../../../core/job/job-error.ts";
import { retryAfterOf } from "../../../../core/job/retry-after.ts";
import { networkFault } from "./network-fault.ts";

const meanings: Record<string, [code: JobErrorCode, what: string]> = {
  ConditionalCheckFailedException: ["VALIDATION_ERROR", "the item does not meet the action's condition"],
  ItemCollectionSizeLimitExceededException: ["VALIDATION_ERROR", "the item's collection is too large"],
  ResourceNotFoundException: ["CONFIGURATION_ERROR", "there is no such table or index in this account and region"],
  AccessDeniedException: ["FORBIDDEN", "this function's role may not do this"],
  UnrecognizedClientException: ["UNAUTHORIZED", "the credentials were refused"],
  InvalidSignatureException: ["UNAUTHORIZED", "the credentials were refused"],
  ExpiredTokenException: ["UNAUTHORIZED", "the credentials have expired"],
  CredentialsProviderError: ["CONFIGURATION_ERROR", "there are no credentials"],
  ProvisionedThroughputExceededException: ["RATE_LIMITED", "the table's throughput is exceeded"],
  ThrottlingException: ["RATE_LIMITED", "DynamoDB asks for fewer requests"],
  RequestLimitExceeded: ["RATE_LIMITED", "the account's throughput is exceeded"],
  TransactionConflictException: ["SERVICE_UNAVAILABLE", "a transaction is changing the item"],
  ReplicatedWriteConflictException: ["SERVICE_UNAVAILABLE", "another region is changing the item"],
  TimeoutError: ["CONNECTION_ERROR", "there was no answer in time"],
};

/** What an SDK error means; its message is not repeated, for DynamoDB quotes values and expressions in it. */
export function dynamoFault(error: unknown, table: string): JobError {
  if (error instanceof JobError) return error;
  const { name, message, $metadata } = (error ?? {}) as Error & { $metadata?: { httpStatusCode?: number } };
  const known = Object.hasOwn(meanings, String(name)) ? meanings[name] : undefined;
  const retryAfterMs = retryAfterOf(error);
  // A server that is not AWS's may name its errors after anything.
  const named = /^[A-Za-z]{0,60}(Exception|Error|Exceeded)$/.test(String(name)) ? `; ${name}` : "";
  const tell = (code: JobErrorCode, what: string) =>
    new JobError(
      code,
      `DynamoDB: ${what} (table ${table}${named}).`,
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
  const status = $metadata?.httpStatusCode;
  if (known) return tell(...known);
  if (name === "ValidationException") {
    const aboutValue = message.includes("ExpressionAttributeValues contains invalid value");
    return !aboutValue && /Expression|schema|operator/i.test(message)
      ? tell("CONFIGURATION_ERROR", "the action's expressions or key do not fit the table")
      : tell("VALIDATION_ERROR", "a value does not fit the table");
  }
  if (status === 429) return tell("RATE_LIMITED", "DynamoDB asks for fewer requests");
  if ((status ?? 0) >= 500) return tell("SERVICE_UNAVAILABLE", "the service failed");
  const network = networkFault(error, `table ${table}`);
  if (network) return network;
  // The client has counted its attempt, so it has sent the request, and there is no status: there was no answer.
  const unanswered = $metadata !== undefined && status === undefined;
  return unanswered ? tell("CONNECTION_ERROR", "there was no answer") : tell("PROVIDER_ERROR", "the client failed");
}
