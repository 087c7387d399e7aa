import middy, { type MiddlewareObj } from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Job, JobMessage } from "../../core/job/job.ts";
import type { SignalAddress } from "../../core/job/signal.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { loggingOf } from "../../core/operations/log-fields.ts";
import { type DeadLetterServices, setAside } from "../../core/outbound/set-aside.ts";
import type { DeadLetter } from "../../core/ports/dead-letters.ts";
import type { Log } from "../../core/ports/log.ts";
import { partitionKey, signalSortKey, sortKey } from "../../topology.ts";
import { type Item, jobFrom } from "../dynamodb/job-item.ts";
import { addressOf, wakeIn } from "../dynamodb/signals.ts";
import { invocationFields } from "../log/log.ts";
import { invocationFailed } from "./with-safe-errors.ts";

/** One write of a job's item, or a message to runs that was put. */
export interface JobChange {
  before?: Job;
  after?: Job;
  signal?: { address: SignalAddress; wake?: JobMessage };
  /** The approximate time in epoch milliseconds. The stream has a precision of seconds. */
  at: number;
  /** Stays the same when the stream delivers this write again. */
  id?: string;
  /** The whole stream record, kept in a dead letter so that the function can be invoked with it again. */
  record?: unknown;
}

/**
 * The handler of the table's stream. `handle` receives a batch of writes, oldest first, and returns the index of the first one
 * that it could not finish: Lambda delivers that one and all later ones again. A record that cannot be read is set aside. The
 * first batch calls `services`.
 */
export const streamHandler = <S extends DeadLetterServices>(
  services: () => S,
  handle: (services: S, changes: readonly JobChange[]) => Promise<number | undefined>,
) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(loggingFaults(services))
    .handler(async ({ Records }, context) => {
      const own = loggingOf(services(), invocationFields(context));
      const read = Records.map((record, index) => ({ index, ...recordedChange(record) }));
      const unreadable = read.flatMap(({ index, letter }) => (letter ? [{ index, letter }] : []));
      const unkept = await setAside(
        own,
        unreadable.map(({ letter }) => letter),
      );
      const readable = read.flatMap(({ index, change }) => (change ? [{ index, change }] : []));
      const undone = await handle(
        own,
        readable.map(({ change }) => change),
      );
      const unfinished = [...unkept].map((i) => unreadable[i]?.index ?? 0);
      if (undone !== undefined) unfinished.push(readable[undone]?.index ?? 0);
      const itemIdentifier = Records[Math.min(...unfinished)]?.dynamodb?.SequenceNumber;
      return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
    });

/** The write in a record, or a dead letter for an unreadable one, which would fail every time and hold up the jobs behind it. */
function recordedChange(record: DynamoDBRecord): { change?: JobChange; letter?: DeadLetter } {
  const { eventID: id, dynamodb = {} } = record;
  const { SequenceNumber: sequence, ApproximateCreationDateTime = 0 } = dynamodb;
  try {
    const change = {
      ...writtenIn(dynamodb),
      at: ApproximateCreationDateTime * 1000,
      ...(id !== undefined && { id }),
      record,
    };
    return { change };
  } catch (error) {
    const logFields = { sequence, key: dynamodb.Keys?.PK?.S, ...traceOf(error) };
    return { letter: { body: record, code: "UNREADABLE", detail: "The write could not be read.", logFields } };
  }
}

function writtenIn({
  Keys,
  OldImage,
  NewImage,
}: NonNullable<DynamoDBRecord["dynamodb"]>): Pick<JobChange, "before" | "after" | "signal"> {
  if (Keys?.[sortKey]?.S?.startsWith(signalSortKey)) {
    const wake = wakeIn(NewImage as Item);
    return { signal: { address: addressOf(Keys[partitionKey]?.S ?? ""), ...(wake && { wake }) } };
  }
  return {
    ...(OldImage && { before: jobFrom(OldImage as Item) }),
    ...(NewImage && { after: jobFrom(NewImage as Item) }),
  };
}

const loggingFaults = (services: () => { log: Log }): MiddlewareObj<DynamoDBStreamEvent, DynamoDBBatchResponse> => ({
  onError: (request) => {
    const { log } = loggingOf(services(), invocationFields(request.context));
    log.error("batch failed; it will be delivered again", traceOf(request.error));
    request.error = invocationFailed();
  },
});
