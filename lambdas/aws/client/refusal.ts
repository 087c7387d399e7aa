import { PermanentError, TransientError } from "../../core/errors.ts";

interface AwsError {
  name?: unknown;
  code?: unknown;
  $fault?: unknown;
  $metadata?: { httpStatusCode?: number };
  $retryable?: { throttling?: boolean };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html names the throttling and the transient ones. */
const throttles =
  /^((?:KMS\.?|Kms)?Throttl\w*|RequestThrottled\w*|TooManyRequests\w*|ProvisionedThroughputExceeded\w*|RequestLimitExceeded|BandwidthLimitExceeded|LimitExceeded\w*|ServiceQuotaExceeded\w*|SlowDown|PriorRequestNotComplete|EC2ThrottledException)$/;
const transients = /^(TimeoutError|RequestTimeout\w*|NetworkingError)$/;
const brokenConnections = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/** What a service says of one entry of a batch when it is at fault itself. */
const atFault = /^(Internal\w*|ServiceUnavailable\w*)$/;

/**
 * Whether AWS would not do it for now: throttled, at fault itself, or out of reach. Anything else it says of our requests is
 * a mistake of ours, which no repetition mends.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof TransientError) return true;
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

/**
 * What the code stands for that AWS answers for one entry of a batch. The message stays out: it may quote what was sent.
 * Without a code the service has not said why, and the entry may be taken the next time.
 */
export function entryError(service: string, code = "UNKNOWN"): Error {
  if (isPermanentCode(code)) return new PermanentError(code, `${service} will never take an entry: ${code}`);
  const passes = code === "UNKNOWN" || throttles.test(code) || transients.test(code) || atFault.test(code);
  const refused = `${service} refused an entry: ${code}`;
  return passes ? new TransientError(code, refused) : new Error(refused);
}

/**
 * What a call about one thing threw, as `core` knows it: a PermanentError where AWS will never take the thing, a
 * TransientError where it may in a moment. Anything else stays as it is.
 */
export function refusalOf(error: unknown): unknown {
  if (error instanceof PermanentError || error instanceof TransientError) return error;
  const { name, code } = Object(error) as AwsError;
  if (isPermanent(error)) return new PermanentError(String(name), `AWS will never take it: ${name}`, { cause: error });
  if (!isRefusal(error)) return error;
  const said = typeof code === "string" ? code : String(name);
  return new TransientError(said, `AWS did not do it for now: ${said}`, { cause: error });
}

/** The same for the `catch` of a promise. */
export const rethrow = (error: unknown): never => {
  throw refusalOf(error);
};

/** A port whose methods, all of them asynchronous, throw what `refusalOf` makes of their errors. */
export const classified = <Port extends object>(port: Port): Port =>
  new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        try {
          return await Reflect.apply(method, target, args);
        } catch (error) {
          return rethrow(error);
        }
      };
    },
  });
