import { PermanentError } from "../core/errors.ts";

interface AwsError {
  name?: unknown;
  code?: unknown;
  $fault?: unknown;
  $metadata?: { httpStatusCode?: number };
  $retryable?: { throttling?: boolean };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html names the throttling and the transient ones. */
const throttles =
  /^(Throttl\w*|RequestThrottled\w*|TooManyRequests\w*|ProvisionedThroughputExceeded\w*|RequestLimitExceeded|BandwidthLimitExceeded|LimitExceeded\w*|SlowDown|PriorRequestNotComplete|EC2ThrottledException)$/;
const transients = /^(TimeoutError|RequestTimeout\w*|NetworkingError)$/;
const brokenConnections = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/**
 * Whether AWS would not do it for now: throttled, at fault itself, or out of reach. Anything else it says of our requests is
 * a mistake of ours, which no repetition mends.
 */
export function isRefusal(error: unknown): boolean {
  const { name, code, $fault, $metadata, $retryable } = Object(error) as AwsError;
  if ($retryable?.throttling || $fault === "server" || ($metadata?.httpStatusCode ?? 0) >= 500) return true;
  if (typeof name === "string" && (throttles.test(name) || transients.test(name))) return true;
  return typeof code === "string" && brokenConnections.test(code);
}

/**
 * Refusals of what a request holds, not of the request's time or of its sender: a message with characters that SQS does not
 * take, an item that is too large, an output that is no JSON. The names are those of the services' error lists:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html#API_SendTaskSuccess_Errors
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const permanents = new Set([
  "ValidationException",
  "ValidationError",
  "SerializationException",
  "InvalidMessageContents",
  "InvalidParameterValue",
  "InvalidParameterValueException",
  "BatchRequestTooLong",
  "ItemCollectionSizeLimitExceededException",
  "MalformedDetail",
  "RedactionFailure",
  "InvalidArgument",
  "InvalidOutput",
  "EntityTooLarge",
  "KeyTooLongError",
]);
const tooLarge = 413;

/** Whether AWS refuses this very thing, and always will. An access that is denied or a queue that is gone may come back. */
export function isPermanent(error: unknown): boolean {
  const { name, $metadata } = Object(error) as AwsError;
  return (typeof name === "string" && isPermanentCode(name)) || $metadata?.httpStatusCode === tooLarge;
}

/** The same for a code. SQS puts the name of its old protocol before some: `AWS.SimpleQueueService.BatchRequestTooLong`. */
export const isPermanentCode = (code: string | undefined): boolean => permanents.has(code?.split(".").at(-1) ?? "");

/** What such a code stands for. The message stays out: it may quote what was sent. */
export const entryError = (service: string, code: string | undefined): Error =>
  code !== undefined && isPermanentCode(code)
    ? new PermanentError(code, `${service} will never take an entry: ${code}`)
    : new Error(`${service} refused an entry: ${code}`);

/** What a call about one thing threw, as a PermanentError where AWS will never take it. */
export const permanentOr = (error: unknown): unknown =>
  isPermanent(error)
    ? new PermanentError((error as Error).name, `AWS will never take it: ${(error as Error).name}`, { cause: error })
    : error;

/** The same for the `catch` of a promise. */
export const rethrow = (error: unknown): never => {
  throw permanentOr(error);
};
