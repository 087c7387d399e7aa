import middy, { type MiddlewareObj } from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { traceOf } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import { loggingOf } from "../core/log-fields.ts";
import type { Log } from "../core/ports.ts";
import { type Item, jobOf } from "./job-item.ts";
import { invocationFields } from "./log.ts";
import { invocationFailed } from "./quietly.ts";

/** One write of a job's item. */
export interface JobChange {
  before?: Job;
  after?: Job;
  /** About when, epoch milliseconds; the stream knows the second only. */
  at: number;
}

/**
 * The handler of the table's stream. `handle` gets a batch of writes, oldest first, and answers the place of the first
 * one that it could not finish: Lambda delivers that one and everything after it again. `services` is called once, by
 * the first batch.
 */
export const streamHandler = <S extends { log: Log }>(
  services: () => S,
  handle: (services: S, changes: readonly JobChange[]) => Promise<number | undefined>,
) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(logFault(services))
    .handler(async ({ Records }, context) => {
      const own = loggingOf(services(), invocationFields(context));
      const { log } = own;
      const readable = Records.flatMap((record) => {
        const change = changeOf(record, log);
        return change ? [{ record, change }] : [];
      });
      const undone = await handle(
        own,
        readable.map(({ change }) => change),
      );
      const itemIdentifier = undone === undefined ? undefined : readable[undone]?.record.dynamodb?.SequenceNumber;
      return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    });

/** What cannot be read today cannot be read tomorrow, and would hold up every job behind it: it is logged and left out. */
function changeOf({ dynamodb = {} }: DynamoDBRecord, log: Log): JobChange | undefined {
  const { OldImage, NewImage, SequenceNumber, ApproximateCreationDateTime = 0 } = dynamodb;
  try {
    return {
      ...(OldImage && { before: jobOf(OldImage as Item) }),
      ...(NewImage && { after: jobOf(NewImage as Item) }),
      at: ApproximateCreationDateTime * 1000,
    };
  } catch (error) {
    log.error("unreadable write of a job", { sequence: SequenceNumber, key: dynamodb.Keys?.PK?.S, ...traceOf(error) });
    return undefined;
  }
}

const logFault = (services: () => { log: Log }): MiddlewareObj<DynamoDBStreamEvent, DynamoDBBatchResponse> => ({
  onError: (request) => {
    const { log } = loggingOf(services(), invocationFields(request.context));
    log.error("batch failed; it will be delivered again", traceOf(request.error));
    request.error = invocationFailed();
  },
});
