import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { carrierOf, type TraceCarrier } from "../../core/job/trace.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Log } from "../../core/ports/log.ts";
import { requestErrorOf } from "../http/problem.ts";
import type { Redelivery } from "../sqs/redelivery.ts";
import { functionErrorOf } from "./function-error.ts";
import { withSafeErrors } from "./with-safe-errors.ts";

/** An invocation that does not come from a queue. */
export interface DirectCall {
  payload: unknown;
  /** Stays the same when Lambda retries an asynchronous invocation. */
  requestId: string;
}

export interface QueueMessage {
  id: string;
  body: string;
  /** Epoch milliseconds; never ahead of the clock. */
  sentAt: number;
  /** The trace in its attributes. */
  carrier?: TraceCarrier;
}

interface IntakeWork<S> {
  /** Returns the answer to the caller, or throws. */
  request: (services: S, call: DirectCall) => Promise<unknown>;
  /** Returns the ids of the messages that must be delivered again. */
  messages: (services: S, messages: readonly QueueMessage[]) => Promise<string[]>;
  /** The same for the queue of imports. The work must end by `stopAt` (epoch milliseconds). */
  imports: (services: S, messages: readonly QueueMessage[], stopAt: number) => Promise<string[]>;
}

interface IntakeHandlerServices {
  log: Log;
  clock: Clock;
  redelivery: Record<"intake" | "imports", Redelivery>;
  /** Identifies messages of the import queue, whose ARN ends with this name. */
  importQueueName: string;
}

/** The time that is left when an import stops, for its last lines, its report and the message that continues it. */
const marginMs = 20_000;

/** The handler of a function that is invoked directly and by two queues. The first event calls `services`. */
export const intakeHandler =
  <S>(services: () => S & IntakeHandlerServices, work: IntakeWork<S>) =>
  async (event: unknown, context: Context): Promise<unknown> => {
    if (isBatch(event)) {
      const all = services();
      return withSafeErrors(all.log, () => answerBatch(all, work, event.Records, context));
    }
    const requestId = context.awsRequestId;
    try {
      return await work.request(services(), { payload: event, requestId });
    } catch (error) {
      if (requestErrorOf(error) === undefined) {
        services().log.error("request failed", { request_id: requestId, ...traceOf(error) });
      }
      throw functionErrorOf(error, requestId);
    }
  };

const isBatch = (event: unknown): event is SQSEvent => {
  const records = (event as Partial<SQSEvent> | null)?.Records;
  return Array.isArray(records) && records[0]?.eventSource === "aws:sqs";
};

async function answerBatch<S>(
  services: S & IntakeHandlerServices,
  work: IntakeWork<S>,
  records: readonly SQSRecord[],
  context: Context,
): Promise<SQSBatchResponse> {
  const now = services.clock.now();
  const messages = records.map((record) => queueMessageOf(record, now));
  const [first] = records;
  const isImport = first?.eventSourceARN.split(":").at(-1) === services.importQueueName;
  const stopAt = now + context.getRemainingTimeInMillis() - marginMs;
  const again = new Set(
    isImport ? await work.imports(services, messages, stopAt) : await work.messages(services, messages),
  );
  const failed = records.filter(({ messageId }) => again.has(messageId));
  // Lambda counts a partly failed batch as a success, so its own error metric does not include these messages.
  if (failed.length > 0)
    services.log.measure("messages will be redelivered", { values: { messages_failed: failed.length } });
  await services.redelivery[isImport ? "imports" : "intake"].soon(failed);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function queueMessageOf({ messageId, body, attributes, messageAttributes }: SQSRecord, now: number): QueueMessage {
  const sentAt = Number(attributes?.SentTimestamp);
  const carrier = carrierOf((name) => messageAttributes?.[name]?.stringValue);
  return {
    id: messageId,
    body,
    sentAt: Number.isFinite(sentAt) ? Math.min(sentAt, now) : now,
    ...(carrier && { carrier }),
  };
}
