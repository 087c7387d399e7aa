import { PermanentError, TransientError } from "../../core/kernel/errors.ts";

interface AwsError {
  name?: unknown;
  code?: unknown;
  $fault?: unknown;
  $metadata?: { httpStatusCode?: number };
  $retryable?: { throttling?: boolean };
}

/** The throttling and transient errors of https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html. */
const throttles =
  /^((?:KMS\.?|Kms)?Throttl\w*|RequestThrottled\w*|TooManyRequests\w*|ProvisionedThroughputExceeded\w*|RequestLimitExceeded|BandwidthLimitExceeded|LimitExceeded\w*|ServiceQuotaExceeded\w*|SlowDown|PriorRequestNotComplete|EC2ThrottledException)$/;
const transients = /^(TimeoutError|RequestTimeout\w*|NetworkingError)$/;
const brokenConnections = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/;

/** The codes with which a service reports its own failure for one entry of a batch. */
const serviceFaults = /^(Internal\w*|ServiceUnavailable\w*)$/;

/**
 * Whether AWS failed for now: it throttled the call, failed itself, or could not be reached. Any other error is a mistake in our
 * request, which a retry does not fix.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true;
  const { name, code, $fault, $metadata, $retryable } = Object(error) as AwsError;
  if ($retryable?.throttling || $fault === "server" || ($metadata?.httpStatusCode ?? 0) >= 500) return true;
  if (typeof name === "string" && (throttles.test(name) || transients.test(name))) return true;
  return typeof code === "string" && brokenConnections.test(code);
}

/**
 * Errors about the content of a request, not about its timing or its sender: a message with characters that SQS does not accept,
 * an item that is too large, an output that is not JSON. The names come from the services' error lists:
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

/** Whether AWS will never accept this content. Denied access or a missing queue is not permanent: it may be restored. */
export function isPermanent(error: unknown): boolean {
  const { name, $metadata } = Object(error) as AwsError;
  return (typeof name === "string" && isPermanentCode(name)) || $metadata?.httpStatusCode === tooLarge;
}

/** The same for an error code. SQS prefixes some with the name of its old protocol: `AWS.SimpleQueueService.BatchRequestTooLong`. */
export const isPermanentCode = (code: string | undefined): boolean => permanents.has(code?.split(".").at(-1) ?? "");

/**
 * The error for a code that AWS returns for one entry of a batch. The service's message is left out, since it may quote the
 * entry. An entry without a code may be accepted the next time.
 */
export function entryError(service: string, code = "UNKNOWN"): Error {
  if (isPermanentCode(code)) return new PermanentError(code, `${service} refused an entry permanently: ${code}`);
  const isPassing = code === "UNKNOWN" || throttles.test(code) || transients.test(code) || serviceFaults.test(code);
  const refused = `${service} refused an entry: ${code}`;
  return isPassing ? new TransientError(code, refused) : new Error(refused);
}

/**
 * Translates the error of an AWS call into those of `core`: a PermanentError if AWS will never accept the content, a
 * TransientError if it may accept it later. Any other error stays unchanged.
 */
export function classifyError(error: unknown): unknown {
  if (error instanceof PermanentError || error instanceof TransientError) return error;
  const { name, code } = Object(error) as AwsError;
  if (isPermanent(error))
    return new PermanentError(String(name), `AWS refused it permanently: ${name}`, { cause: error });
  if (!isTransient(error)) return error;
  const reason = typeof code === "string" ? code : String(name);
  return new TransientError(reason, `AWS refused it for now: ${reason}`, { cause: error });
}

/** For the `catch` of a promise: throws the classified error. */
export const throwClassified = (error: unknown): never => {
  throw classifyError(error);
};

/** Wraps a port whose methods are all asynchronous, so that they throw classified errors. */
export const withClassifiedErrors = <Port extends object>(port: Port): Port =>
  new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        try {
          return await Reflect.apply(method, target, args);
        } catch (error) {
          return throwClassified(error);
        }
      };
    },
  });
