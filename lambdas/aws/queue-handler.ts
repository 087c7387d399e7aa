import middy from "@middy/core";
import sqsPartialBatchFailure from "@middy/sqs-partial-batch-failure";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type * as z from "zod";
import { traceOf } from "../core/errors.ts";
import { loggingOf } from "../core/log-fields.ts";
import type { Log } from "../core/ports.ts";
import { invocationFields } from "./log.ts";
import type { Redelivery } from "./redelivery.ts";

/**
 * The handler of an SQS event source: every record of a batch at once, each parsed by `schema`; a record that fails is
 * reported and delivered again, soon at first, the others are deleted. `services` is called once, by the first batch; `about` is what a
 * message says of itself in the log.
 */
export const queueHandler = <S extends { log: Log; redelivery: Redelivery }, Message>(
  services: () => S,
  schema: z.ZodType<Message>,
  handle: (services: S, message: Message) => Promise<void>,
  about: (message: Message) => Record<string, unknown> = () => ({}),
) => {
  const readable = (body: string) => about(schema.parse(JSON.parse(body)));
  return middy<SQSEvent, SQSBatchResponse>()
    .use(
      sqsPartialBatchFailure({
        logger: (reason, record) => record && logFailure(services().log, reason, record, readable),
      }),
    )
    .handler(async ({ Records }, context) => {
      const settled = await Promise.allSettled(
        Records.map(async ({ body }) =>
          handle(loggingOf(services(), invocationFields(context)), schema.parse(JSON.parse(body))),
        ),
      );
      await services().redelivery.soon(Records.filter((_, i) => settled[i]?.status === "rejected"));
      // The middleware turns the settled promises into the batch response; its types do not say so.
      return settled as never;
    });
};

function logFailure(log: Log, reason: unknown, record: SQSRecord, about: (body: string) => Record<string, unknown>) {
  const fields = { message_id: record.messageId, ...attempted(() => about(record.body)), ...traceOf(reason) };
  log.error("message failed; it will be delivered again", fields);
  // To Lambda the batch is a success: its own metric of errors does not know of it.
  log.measure("a message comes again", { values: { messages_failed: 1 } });
}

/** Nothing, of a message that cannot be read. */
function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
