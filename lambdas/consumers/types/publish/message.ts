import { jsonForSqs } from "../../../aws/sqs/escape.ts";
import { metaField } from "./limits.ts";

/** What a job publishes. */
export interface Publication {
  /** Any JSON value. */
  message: unknown;
  key?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** SQS and SNS accept the characters of XML 1.0. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const refused = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export const hasRefusedCharacter = (text: string): boolean => refused.test(text);

/** The body of a message: a string unchanged, anything else as JSON. */
export const publishedBodyOf = ({ message }: Publication): string =>
  typeof message === "string" ? message : JSON.stringify(message);

/** The same for SQS and SNS: JSON has what they do not accept, such as U+FFFF, as an escape with the same meaning. */
export const attributeSafeBody = ({ message }: Publication): string =>
  typeof message === "string" ? message : jsonForSqs(message);

/** The detail of an event: the message, with a field for what EventBridge has no place for. */
export const publishedDetailOf = ({ message, key, headers }: Publication, idempotency_key: string): string =>
  JSON.stringify({ ...(message as object), [metaField]: { idempotency_key, key, headers } });
