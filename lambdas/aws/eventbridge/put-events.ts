import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../core/ports/clock.ts";
import type { Unpublished } from "../../core/ports/event-bus.ts";
import { isPermanent, isPermanentCode } from "../client/aws-errors.ts";

/** The limit of PutEvents. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const largestBatch = 10;

/** The pauses before each further try of refused entries. The bus throttles per second. */
const pausesMs = [100, 400, 1000];

interface IndexedEntry {
  index: number;
  entry: PutEventsRequestEntry;
}

/**
 * Puts entries whose order does not matter. Entries that are refused for now are tried again. Returns the entries that were not
 * published, with those that the bus refuses permanently.
 */
export async function putEvents(
  client: EventBridgeClient,
  clock: Clock,
  entries: readonly PutEventsRequestEntry[],
): Promise<Unpublished[]> {
  const all = entries.map((entry, index) => ({ index, entry }));
  const putBatches = async (entriesToPut: readonly IndexedEntry[]) =>
    (await Promise.all(eventBatchesOf(entriesToPut).map((batch) => publishBatch(client, batch)))).flat();
  let unpublished = await putBatches(all);
  for (const pause of pausesMs) {
    const again = unpublished.filter(({ permanent }) => !permanent);
    if (again.length === 0) break;
    await clock.sleep(pause);
    const still = await putBatches(again.map(({ index }) => all[index] as IndexedEntry));
    unpublished = [...unpublished.filter(({ permanent }) => permanent), ...still];
  }
  return unpublished;
}

async function publishBatch(client: EventBridgeClient, batch: readonly IndexedEntry[]): Promise<Unpublished[]> {
  try {
    const answer = await client.send(new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) }));
    return batch.flatMap(({ index }, i) => {
      const code = answer.Entries?.[i]?.ErrorCode;
      return code === undefined ? [] : [{ index, code, ...(isPermanentCode(code) && { permanent: true }) }];
    });
  } catch (error) {
    return await refusedPut(client, batch, error);
  }
}

/** A permanent error of the call may be about a single entry, so each is then put alone. */
async function refusedPut(
  client: EventBridgeClient,
  batch: readonly IndexedEntry[],
  error: unknown,
): Promise<Unpublished[]> {
  const permanent = isPermanent(error);
  if (permanent && batch.length > 1) return (await Promise.all(batch.map((one) => publishBatch(client, [one])))).flat();
  // A transient error is not retried here, since the SDK has already tried three times.
  const code = error instanceof Error ? error.name : "UNKNOWN";
  return batch.map(({ index }) => ({ index, code, ...(permanent && { permanent }) }));
}

const eventBatchesOf = (items: readonly IndexedEntry[]): IndexedEntry[][] =>
  Array.from({ length: Math.ceil(items.length / largestBatch) }, (_, i) =>
    items.slice(i * largestBatch, (i + 1) * largestBatch),
  );
