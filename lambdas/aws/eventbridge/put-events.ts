import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Unpublished } from "../../core/ports/outbound-ports.ts";
import type { Clock } from "../../core/ports/ports.ts";
import { isPermanent, isPermanentCode } from "../client/aws-errors.ts";

/** PutEvents takes no more at a time. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const largestBatch = 10;

/** Before each further try of entries that were refused: the bus throttles by the second. */
const pausesMs = [100, 400, 1000];

interface IndexedEntry {
  index: number;
  entry: PutEventsRequestEntry;
}

/**
 * Puts entries that have no order among them; what is refused for now is tried again without the others. Answers what is
 * left, and what the bus will never take.
 */
export async function putEvents(
  client: EventBridgeClient,
  clock: Clock,
  entries: readonly PutEventsRequestEntry[],
): Promise<Unpublished[]> {
  const all = entries.map((entry, index) => ({ index, entry }));
  const putAll = async (placed: readonly IndexedEntry[]) =>
    (await Promise.all(batchesOf(placed).map((ten) => putBatch(client, ten)))).flat();
  let unpublished = await putAll(all);
  for (const pause of pausesMs) {
    const again = unpublished.filter(({ permanent }) => !permanent);
    if (again.length === 0) break;
    await clock.sleep(pause);
    const still = await putAll(again.map(({ index }) => all[index] as IndexedEntry));
    unpublished = [...unpublished.filter(({ permanent }) => permanent), ...still];
  }
  return unpublished;
}

async function putBatch(client: EventBridgeClient, ten: readonly IndexedEntry[]): Promise<Unpublished[]> {
  try {
    const answer = await client.send(new PutEventsCommand({ Entries: ten.map(({ entry }) => entry) }));
    return ten.flatMap(({ index }, i) => {
      const code = answer.Entries?.[i]?.ErrorCode;
      return code === undefined ? [] : [{ index, code, ...(isPermanentCode(code) && { permanent: true }) }];
    });
  } catch (error) {
    return await refusedCall(client, ten, error);
  }
}

/** A call that is refused for good says nothing of its single entries: each is then put by itself. */
async function refusedCall(
  client: EventBridgeClient,
  ten: readonly IndexedEntry[],
  error: unknown,
): Promise<Unpublished[]> {
  const permanent = isPermanent(error);
  if (permanent && ten.length > 1) return (await Promise.all(ten.map((one) => putBatch(client, [one])))).flat();
  // Where it is for now, the SDK has tried three times by then.
  const code = error instanceof Error ? error.name : "UNKNOWN";
  return ten.map(({ index }) => ({ index, code, ...(permanent && { permanent }) }));
}

const batchesOf = (items: readonly IndexedEntry[]): IndexedEntry[][] =>
  Array.from({ length: Math.ceil(items.length / largestBatch) }, (_, i) =>
    items.slice(i * largestBatch, (i + 1) * largestBatch),
  );
