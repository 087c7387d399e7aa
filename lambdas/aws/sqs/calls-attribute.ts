import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { Calls } from "../../core/limits/pump.ts";
import { jsonForSqs } from "./escape.ts";

/** The attribute of a job's message that says which limits have called the job. */
const attribute = "calls";

/** The attributes of a message that is sent with `calls`; none without. */
export const callsAttributes = (
  calls: Calls | undefined,
): { MessageAttributes?: Record<string, MessageAttributeValue> } =>
  calls ? { MessageAttributes: { [attribute]: { DataType: "String", StringValue: jsonForSqs(calls) } } } : {};

/**
 * The calls that a message came with. What cannot be read, or has fields that a later version added, counts as none: the job then goes
 * the way of one that was not called, and its limits call it again.
 */
export function callsOf({ messageAttributes }: Pick<SQSRecord, "messageAttributes">): Calls | undefined {
  const text = messageAttributes?.[attribute]?.stringValue;
  if (text === undefined) return undefined;
  try {
    return Calls.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
