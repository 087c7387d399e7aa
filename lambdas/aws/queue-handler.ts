import middy from "@middy/core";
import sqsPartialBatchFailure from "@middy/sqs-partial-batch-failure";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type * as z from "zod";
import { traceOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";

/**
 * The handler of an SQS event source: every record of a batch at once, each parsed by `schema`; a record that fails is
 * reported and delivered again, the others are deleted. `services` is called once, by the first batch.
 */
export const queueHandler = <S extends { log: Log }, Message>(
  services: () => S,
  schema: z.ZodType<Message>,
  handle: (services: S, message: Message) => Promise<void>,
) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(sqsPartialBatchFailure({ logger: (reason, record) => logFailure(services().log, reason, record) }))
    // The middleware turns the settled promises into the batch response; its types do not say so.
    .handler(
      (event) =>
        Promise.allSettled(
          event.Records.map(async ({ body }) => handle(services(), schema.parse(JSON.parse(body)))),
        ) as never,
    );

const logFailure = (log: Log, reason: unknown, record?: SQSRecord) =>
  log.error("message failed; it will be delivered again", { message_id: record?.messageId, ...traceOf(reason) });
