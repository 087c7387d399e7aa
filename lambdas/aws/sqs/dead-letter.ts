import { escapeForSqs } from "./escape.ts";
import { messageGroup } from "./message-group.ts";
import { largestBatchBytes, type Outgoing, reservedForAttributes } from "./send-in-batches.ts";

/** The message of a dead letter. It is escaped and cut so that SQS always accepts it. */
export const deadLetter = (
  body: string,
  group: string,
  attributes: Record<string, ReturnType<typeof textAttribute>>,
): Outgoing => ({
  MessageBody: cutToBytes(escapeForSqs(body), largestBatchBytes - reservedForAttributes),
  DelaySeconds: 0,
  MessageGroupId: messageGroup(group),
  MessageAttributes: attributes,
});

export const textAttribute = (value: string, longest = 256) => ({
  DataType: "String",
  StringValue: cutToBytes(escapeForSqs(value), longest) || "?",
});

/** Cuts a string to so many bytes of UTF-8, never within a character. */
function cutToBytes(value: string, longest: number): string {
  const bytes = Buffer.from(value);
  if (bytes.byteLength <= longest) return value;
  return new TextDecoder().decode(bytes.subarray(0, longest), { stream: true });
}
