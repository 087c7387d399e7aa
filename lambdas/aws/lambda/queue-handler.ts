import middy from "@middy/core";
import sqsPartialBatchFailure from "@middy/sqs-partial-batch-failure";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type * as z from "zod";
import { PermanentError, traceOf } from "../../core/errors.ts";
import { loggingOf } from "../../core/operations/log-fields.ts";
import { setAside } from "../../core/outbound/set-aside.ts";
import type { DeadLetters } from "../../core/ports/outbound-ports.ts";
import type { Log } from "../../core/ports/ports.ts";
import { invocationFields } from "../log/log.ts";
import type { Redelivery } from "../sqs/redelivery.ts";

/**
 * The handler of an SQS event source: every record of a batch at once, each parsed by `schema`; a record that fails is
 * reported and delivered again, soon at first, the others are deleted. Where there are `deadLetters`, a message of which AWS
 * will never take a part is set aside at once, since no delivery would change that. `services` is called once, by the first
 * batch; `about` is what a message says of itself in the log.
 */
export const queueHandler = <S extends { log: Log; redelivery: Redelivery; deadLetters?: DeadLetters }, Message>(
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
        Records.map(async ({ body }) => {
          const own = loggingOf(services(), invocationFields(context));
          const message = schema.parse(JSON.parse(body));
          await handle(own, message).catch((error) => setAsideIfPermanent(own, message, about(message), error));
        }),
      );
      await services().redelivery.soon(Records.filter((_, i) => settled[i]?.status === "rejected"));
      // The middleware turns the settled promises into the batch response; its types do not say so.
      return settled as never;
    });
};

async function setAsideIfPermanent<Message>(
  { log, deadLetters }: { log: Log; deadLetters?: DeadLetters },
  message: Message,
  about: Record<string, unknown>,
  error: unknown,
): Promise<void> {
  if (!(error instanceof PermanentError) || !deadLetters) throw error;
  const letter = { body: message, code: error.code, detail: error.message, about };
  const again = await setAside({ deadLetters, log }, [letter]);
  if (again.size > 0) throw error;
}

function logFailure(log: Log, reason: unknown, record: SQSRecord, about: (body: string) => Record<string, unknown>) {
  const fields = { message_id: record.messageId, ...resultOrUndefined(() => about(record.body)), ...traceOf(reason) };
  log.error("message failed; it will be delivered again", fields);
  // To Lambda the batch is a success: its own metric of errors does not know of it.
  log.measure("a message comes again", { values: { messages_failed: 1 } });
}

/** Nothing, of a message that cannot be read. */
function resultOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
