import { JobError, provenUndone } from "../../../../core/job/job-error.ts";
import {
  errorStatusOf,
  type Meaning,
  type Meanings,
  meaningIn,
  refusalMeaning,
  refusals,
  waitAskedBy,
} from "../../../clients/fault-table.ts";
import { neverSent } from "../../../clients/never-sent.ts";
import { networkFault } from "./network-fault.ts";

/** By DynamoDB's names. It has not begun what it refuses; while another write is under way the same table has to be asked again. */
export const dynamoMeanings: Meanings = {
  ...refusals({
    ConditionalCheckFailed: ["VALIDATION_ERROR", "the item does not meet the action's condition"],
    Validation: ["VALIDATION_ERROR", "a value does not fit the table"],
    DuplicateItem: ["VALIDATION_ERROR", "an item of this key exists already"],
    ItemCollectionSizeLimitExceeded: ["VALIDATION_ERROR", "the item's collection is too large"],
    ResourceNotFound: ["CONFIGURATION_ERROR", "there is no such table or index in this account and region"],
    AccessDenied: ["FORBIDDEN", "this function's role may not do this"],
    UnrecognizedClient: ["UNAUTHORIZED", "the credentials were refused"],
    InvalidSignature: ["UNAUTHORIZED", "the credentials were refused"],
    ExpiredToken: ["UNAUTHORIZED", "the credentials have expired"],
    CredentialsProvider: ["CONFIGURATION_ERROR", "there are no credentials"],
    ProvisionedThroughputExceeded: ["RATE_LIMITED", "the table's throughput is exceeded"],
    Throttling: ["RATE_LIMITED", "DynamoDB asks for fewer requests"],
    RequestLimitExceeded: ["RATE_LIMITED", "the account's throughput is exceeded"],
  }),
  TransactionInProgress: ["SERVICE_UNAVAILABLE", "an earlier attempt is still at work"],
  TransactionConflict: ["SERVICE_UNAVAILABLE", "a transaction is changing the item"],
  ReplicatedWriteConflict: ["SERVICE_UNAVAILABLE", "another region is changing the item"],
  Timeout: ["CONNECTION_ERROR", "there was no answer in time"],
};

/** The fault of an error of DynamoDB or its client. The error is not kept, even as the cause: it quotes values and expressions. */
export function dynamoFault(error: unknown, table: string): JobError {
  if (error instanceof JobError) return error;
  const answered = ofValidation(error) ?? meaningIn(dynamoMeanings, error) ?? dynamoMeaningOf(errorStatusOf(error));
  const network = answered ? undefined : networkFault(error, `table ${table}`);
  if (network) return neverSent(error) ? (provenUndone(network) as JobError) : network;
  const [code, what, , nothingDone = false] = answered ?? withoutAnswer(error);
  const { name } = Object(error) as { name?: unknown };
  // A server that is not AWS's may put anything into the names of its errors.
  const isName = /^[A-Za-z]{0,60}(Exception|Error|Exceeded)$/.test(String(name)) || isReason(String(name));
  const shown = isName ? `; ${name}` : "";
  const retryAfterMs = waitAskedBy(error);
  const message = `DynamoDB: ${what} (table ${table}${shown}).`;
  return new JobError(code, message, {
    nothingDone,
    ...(isName && { providerCode: String(name) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Why a transaction was cancelled: names without the suffix of an exception. */
const isReason = (name: string): boolean => /^(ConditionalCheckFailed|TransactionConflict|DuplicateItem)$/.test(name);

function ofValidation(error: unknown): Meaning | undefined {
  const { name, message } = Object(error) as { name?: unknown; message?: unknown };
  if (name !== "ValidationException") return undefined;
  const text = String(message);
  if (text.includes("multiple operations on one item")) return ["VALIDATION_ERROR", "two rows are of the same item"];
  const isOfValue = text.includes("ExpressionAttributeValues contains invalid value");
  return !isOfValue && /Expression|schema|operator/i.test(text)
    ? ["CONFIGURATION_ERROR", "the action's expressions or key do not fit the table"]
    : ["VALIDATION_ERROR", "a value does not fit the table"];
}

function dynamoMeaningOf(status = 0): Meaning | undefined {
  if (status === 429) return refusalMeaning(["RATE_LIMITED", "DynamoDB asks for fewer requests"]);
  return status >= 500 ? ["SERVICE_UNAVAILABLE", "the service failed"] : undefined;
}

/** A client that counts an attempt has sent the request, so if there is no status, no response came. */
function withoutAnswer(error: unknown): Meaning {
  const { $metadata } = Object(error) as { $metadata?: object };
  return $metadata !== undefined && errorStatusOf(error) === undefined
    ? ["CONNECTION_ERROR", "there was no answer"]
    : ["PROVIDER_ERROR", "the client failed"];
}
