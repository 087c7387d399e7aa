import middy, { type MiddlewareObj } from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { traceOf } from "../../core/errors.ts";
import type { Job } from "../../core/job/job.ts";
import { loggingOf } from "../../core/operations/log-fields.ts";
import { type SetAsideServices, setAside } from "../../core/outbound/set-aside.ts";
import type { DeadLetter } from "../../core/ports/outbound-ports.ts";
import type { Log } from "../../core/ports/ports.ts";
import { type Item, jobOf } from "../dynamodb/job-item.ts";
import { invocationFields } from "../log/log.ts";
import { invocationFailed } from "./with-safe-errors.ts";

/** One write of a job's item. */
export interface JobChange {
  before?: Job;
  after?: Job;
  /** About when, epoch milliseconds; the stream knows the second only. */
  at: number;
  /** The same whenever the stream delivers this write; absent where that is not known. */
  id?: string;
  /** As it came, whole: so that the function can be given it again. */
  record?: unknown;
}

/**
 * The handler of the table's stream. `handle` gets a batch of writes, oldest first, and answers the place of the first
 * one that it could not finish: Lambda delivers that one and everything after it again. What cannot be read is set aside.
 * `services` is called once, by the first batch.
 */
export const streamHandler = <S extends SetAsideServices>(
  services: () => S,
  handle: (services: S, changes: readonly JobChange[]) => Promise<number | undefined>,
) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(logFault(services))
    .handler(async ({ Records }, context) => {
      const own = loggingOf(services(), invocationFields(context));
      const read = Records.map((record, place) => ({ place, ...changeOf(record) }));
      const unreadable = read.flatMap(({ place, letter }) => (letter ? [{ place, letter }] : []));
      const unkept = await setAside(
        own,
        unreadable.map(({ letter }) => letter),
      );
      const readable = read.flatMap(({ place, change }) => (change ? [{ place, change }] : []));
      const undone = await handle(
        own,
        readable.map(({ change }) => change),
      );
      const places = [...unkept].map((index) => unreadable[index]?.place ?? 0);
      if (undone !== undefined) places.push(readable[undone]?.place ?? 0);
      const itemIdentifier = Records[Math.min(...places)]?.dynamodb?.SequenceNumber;
      return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    });

/** What cannot be read today cannot be read tomorrow, and must not hold up the jobs behind it. */
function changeOf(record: DynamoDBRecord): { change?: JobChange; letter?: DeadLetter } {
  const { eventID: id, dynamodb = {} } = record;
  const { OldImage, NewImage, SequenceNumber: sequence, ApproximateCreationDateTime = 0 } = dynamodb;
  try {
    const change = {
      ...(OldImage && { before: jobOf(OldImage as Item) }),
      ...(NewImage && { after: jobOf(NewImage as Item) }),
      at: ApproximateCreationDateTime * 1000,
      ...(id !== undefined && { id }),
      record,
    };
    return { change };
  } catch (error) {
    const about = { sequence, key: dynamodb.Keys?.PK?.S, ...traceOf(error) };
    return { letter: { body: record, code: "UNREADABLE", detail: "The write could not be read.", about } };
  }
}

const logFault = (services: () => { log: Log }): MiddlewareObj<DynamoDBStreamEvent, DynamoDBBatchResponse> => ({
  onError: (request) => {
    const { log } = loggingOf(services(), invocationFields(request.context));
    log.error("batch failed; it will be delivered again", traceOf(request.error));
    request.error = invocationFailed();
  },
});
