import middy from "@middy/core";
import sqsPartialBatchFailure from "@middy/sqs-partial-batch-failure";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type * as z from "zod";
import type { TraceHeaders } from "../../core/job/trace.ts";
import { defined } from "../../core/kernel/defined.ts";
import { PermanentError, traceOf } from "../../core/kernel/errors.ts";
import type { Calls } from "../../core/limits/pump.ts";
import { loggingOf } from "../../core/operations/log-fields.ts";
import { setAside } from "../../core/outbound/set-aside.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { Log } from "../../core/ports/log.ts";
import { invocationFields } from "../log/log.ts";
import { callsOf } from "../sqs/calls-attribute.ts";
import type { Redelivery } from "../sqs/redelivery.ts";
import { traceBeside } from "../sqs/trace-attributes.ts";

/** What comes beside a message and not in it. */
interface BesideMessage {
  /** The limits that have called the message's job. */
  calls?: Calls;
  /** The trace of what the message is about. */
  trace?: TraceHeaders;
}

const besideOf = (record: SQSRecord): BesideMessage => defined({ calls: callsOf(record), trace: traceBeside(record) });

/**
 * The handler of an SQS event source. It handles all records of a batch in parallel, each parsed by `schema`. A record that fails
 * is reported and delivered again, with short delays at first; the others are deleted. If there are `deadLetters`, a message that
 * fails permanently is set aside at once, since another delivery would fail too. The first batch calls `services`. `about`
 * returns the fields that identify a message in the log.
 */
export const queueHandler = <S extends { log: Log; redelivery: Redelivery; deadLetters?: DeadLetters }, Message>(
  services: () => S,
  schema: z.ZodType<Message>,
  handle: (services: S, message: Message, beside: BesideMessage) => Promise<void>,
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
        Records.map(async (record) => {
          const own = loggingOf(services(), invocationFields(context));
          const message = schema.parse(JSON.parse(record.body));
          await handle(own, message, besideOf(record)).catch((error) =>
            setAsideIfPermanent(own, message, about(message), error),
          );
        }),
      );
      await services().redelivery.soon(Records.filter((_, i) => settled[i]?.status === "rejected"));
      // The middleware converts the settled promises to the batch response, which its types do not express.
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
  const letter = { body: message, code: error.code, detail: error.message, logFields: about };
  const again = await setAside({ deadLetters, log }, [letter]);
  if (again.size > 0) throw error;
}

function logFailure(log: Log, reason: unknown, record: SQSRecord, about: (body: string) => Record<string, unknown>) {
  const fields = { message_id: record.messageId, ...resultOrUndefined(() => about(record.body)), ...traceOf(reason) };
  log.error("message failed; it will be delivered again", fields);
  // Lambda counts a partly failed batch as a success, so its own error metric does not include this message.
  log.measure("a message will be redelivered", { values: { messages_failed: 1 } });
}

/** The result of `read`, or undefined if it throws, as for a message that cannot be parsed. */
function resultOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
