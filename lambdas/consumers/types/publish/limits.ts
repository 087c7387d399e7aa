/**
 * The most bytes of a message with its headers.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 * https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
export const largest = {
  sqs: 1_048_576,
  /** Unless the topic's `MaximumMessageSize` was raised. */
  sns: 262_144,
  snsRaised: 1_048_576,
  eventbridge: 1_048_576,
  /** Kafka's own default of `message.max.bytes`, without what a record needs besides. */
  kafka: 1_048_576,
} as const;

/** Headers of any message. */
export const mostHeaders = 100;
/** Attributes of a message of SQS or SNS, one of which is the idempotency key. */
export const mostAttributes = 10;
/** Characters of a key, and of one that is a message group of SQS or SNS. */
export const longestKey = 255;
export const longestGroup = 128;

/** The header or attribute that holds the idempotency key. */
export const idempotencyHeader = "idempotency-key";
/** The field of an event's detail that holds what EventBridge has no place for. */
export const metaField = "_meta";
