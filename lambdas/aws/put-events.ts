import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Unpublished } from "../core/outward-ports.ts";
import type { Clock } from "../core/ports.ts";

/** PutEvents takes no more at a time. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const mostEntries = 10;

/** Before each further try of entries that were refused: the bus throttles by the second. */
const pausesMs = [100, 400, 1000];

interface Placed {
  index: number;
  entry: PutEventsRequestEntry;
}

/** Puts entries that have no order among them; what is refused is tried again without the others. Answers what is left. */
export async function putEvents(
  client: EventBridgeClient,
  clock: Clock,
  entries: readonly PutEventsRequestEntry[],
): Promise<Unpublished[]> {
  const all = entries.map((entry, index) => ({ index, entry }));
  let left: Unpublished[] = (await Promise.all(tens(all).map((ten) => putTen(client, ten)))).flat();
  for (const pause of pausesMs) {
    if (left.length === 0) break;
    await clock.sleep(pause);
    const again = left.map(({ index }) => all[index] as Placed);
    left = (await Promise.all(tens(again).map((ten) => putTen(client, ten)))).flat();
  }
  return left;
}

async function putTen(client: EventBridgeClient, ten: readonly Placed[]): Promise<Unpublished[]> {
  try {
    const answer = await client.send(new PutEventsCommand({ Entries: ten.map(({ entry }) => entry) }));
    return ten.flatMap(({ index }, i) => {
      const code = answer.Entries?.[i]?.ErrorCode;
      return code === undefined ? [] : [{ index, code }];
    });
  } catch (error) {
    // The SDK has tried three times by then.
    const code = error instanceof Error ? error.name : "UNKNOWN";
    return ten.map(({ index }) => ({ index, code }));
  }
}

const tens = (items: readonly Placed[]): Placed[][] =>
  Array.from({ length: Math.ceil(items.length / mostEntries) }, (_, i) =>
    items.slice(i * mostEntries, (i + 1) * mostEntries),
  );
