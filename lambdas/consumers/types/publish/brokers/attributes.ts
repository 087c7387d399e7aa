import { idempotencyHeader } from "../limits.ts";
import type { TopicSending } from "./send.ts";

interface Attribute {
  DataType: string;
  StringValue: string;
}

/** The headers as attributes of SQS and SNS, with the idempotency key among them. */
export const messageAttributesOf = ({ input, idempotencyKey }: TopicSending): Record<string, Attribute> =>
  Object.fromEntries(
    Object.entries({ ...input.headers, [idempotencyHeader]: idempotencyKey }).map(([name, StringValue]) => [
      name,
      { DataType: "String", StringValue },
    ]),
  );

/**
 * The group of a message, and of a FIFO queue or topic the id by which AWS drops a repetition within five minutes. Without FIFO the
 * group makes consumers take turns between groups (fair queues).
 */
export const messageGroupOf = ({ input, idempotencyKey }: TopicSending, name: string) => ({
  ...(input.key !== undefined && { MessageGroupId: input.key }),
  ...(name.endsWith(".fifo") && { MessageDeduplicationId: idempotencyKey }),
});
