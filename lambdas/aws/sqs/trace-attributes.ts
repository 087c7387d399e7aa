import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { carrierOf, type TraceHeaders } from "../../core/job/trace.ts";
import { defined } from "../../core/kernel/defined.ts";

/** The attributes of a message that is sent with a trace; none without. */
export const traceAttributes = (trace: TraceHeaders | undefined): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(trace ?? {}).map(([name, text]) => [name, { DataType: "String", StringValue: text }]),
  );

/** The trace that a message came with, if it has one. */
export function traceBeside({ messageAttributes }: Pick<SQSRecord, "messageAttributes">): TraceHeaders | undefined {
  const { traceparent, tracestate } = carrierOf((name) => messageAttributes?.[name]?.stringValue) ?? {};
  return traceparent === undefined ? undefined : { traceparent, ...defined({ tracestate }) };
}
