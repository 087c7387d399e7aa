import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { partitionKey, sortKey, stream } from "../../lambdas/topology.ts";
import { dataFaultOf } from "../data/data-fault.ts";
import { region, streamArn } from "../runtime/names.ts";
import type { Change, ChangeLog, Image } from "./change-log.ts";

interface FeedOptions {
  log: ChangeLog;
  /** Invokes the lifecycle handler. */
  invoke: (event: DynamoDBStreamEvent) => Promise<unknown>;
  /** Milliseconds before a failed batch is delivered again. Doubles up to 10 s. */
  retryMs?: number;
}

export interface Feed {
  /** Called when the log has new changes. */
  wake(): void;
  /** Whether changes are being delivered and no failure holds them up. */
  busy(): boolean;
  /** Whether to deliver at once instead of gathering changes for a moment. */
  hurry(on: boolean): void;
  /** Stops delivering, and resolves when the batch in progress has ended or `graceMs` is over; the rest stays in the log. */
  close(graceMs: number): Promise<void>;
}

/** In AWS it is a second. Here it is less, so that the outbox shows an event while its user watches. */
const gatherMs = 200;
const gatherStepMs = 20;
const longestRetryMs = 10_000;

/** The event source mapping of the table's stream: delivers one batch at a time, and retries it until it is accepted. */
export function startFeed({ log, invoke, retryMs = 1000 }: FeedOptions): Feed {
  let running: Promise<void> | undefined;
  let asked = false;
  let closed = false;
  let hurried = false;
  let heldUp = false;

  const gather = async () => {
    for (let left = gatherMs; left > 0 && !hurried; left -= gatherStepMs) await sleep(gatherStepMs);
  };
  const deliver = async (): Promise<"all" | "some" | "none"> => {
    try {
      const changes = log.next(stream.batchSize);
      if (changes.length === 0) return "none";
      const taken = takenOf(changes, await invoke({ Records: changes.map(recordOf) }));
      log.remove(taken.map(({ sequence }) => sequence));
      return taken.length === changes.length ? "all" : "some";
    } catch (error) {
      // Changes that cannot be removed from the log, on a full disk, are delivered again.
      const why = dataFaultOf(error) === "full" ? (error as Error).message : error;
      if (!closed) console.error("a batch of the table's stream failed:", why);
      return "some";
    }
  };
  const run = async (): Promise<void> => {
    await gather();
    for (let pause = retryMs; !closed; ) {
      asked = false;
      const outcome = await deliver();
      if (outcome === "none") return;
      if (outcome === "all") {
        pause = retryMs;
        continue;
      }
      heldUp = true;
      await sleep(pause, undefined, { ref: false });
      heldUp = false;
      pause = Math.min(2 * pause, longestRetryMs);
    }
  };
  const wake = () => {
    asked = true;
    if (closed) return;
    running ??= run().finally(() => {
      running = undefined;
      // A change may have arrived after the log was last read.
      if (asked) wake();
    });
  };

  wake();
  return {
    wake,
    busy: () => running !== undefined && !heldUp,
    hurry: (on) => {
      hurried = on;
    },
    close: async (graceMs) => {
      closed = true;
      await Promise.race([running, sleep(graceMs, undefined, { ref: false })]);
    },
  };
}

/** The changes before the first failure; none if the answer names a record that is not in the batch, as in AWS. */
function takenOf(changes: readonly Change[], answer: unknown): readonly Change[] {
  const failures = (answer as DynamoDBBatchResponse | null | undefined)?.batchItemFailures ?? [];
  const places = failures.map(({ itemIdentifier }) =>
    changes.findIndex(({ sequence }) => String(sequence) === itemIdentifier),
  );
  return places.length === 0 ? changes : changes.slice(0, Math.max(0, Math.min(...places)));
}

type Images = Pick<NonNullable<DynamoDBRecord["dynamodb"]>, "Keys" | "OldImage" | "NewImage">;

const keyOf = (item: Image): Image => ({ [partitionKey]: item[partitionKey], [sortKey]: item[sortKey] });

const recordOf = ({ sequence, at, before, after }: Change): DynamoDBRecord => ({
  eventID: String(sequence),
  eventName: before ? (after ? "MODIFY" : "REMOVE") : "INSERT",
  eventVersion: "1.1",
  eventSource: "aws:dynamodb",
  awsRegion: region,
  eventSourceARN: streamArn,
  dynamodb: {
    ...({
      Keys: keyOf(after ?? before ?? {}),
      ...(before && { OldImage: before }),
      ...(after && { NewImage: after }),
    } as Images),
    // To the second, as in AWS.
    ApproximateCreationDateTime: Math.floor(at / 1000),
    SequenceNumber: String(sequence),
    SizeBytes: JSON.stringify(after ?? before).length,
    StreamViewType: "NEW_AND_OLD_IMAGES",
  },
});
