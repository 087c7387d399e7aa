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
