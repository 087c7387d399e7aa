import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Unpublished } from "../../core/ports/outbound-ports.ts";
import type { Clock } from "../../core/ports/ports.ts";
import { isPermanent, isPermanentCode } from "../client/refusal.ts";

/** PutEvents takes no more at a time. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const mostEntries = 10;

/** Before each further try of entries that were refused: the bus throttles by the second. */
const pausesMs = [100, 400, 1000];

interface Placed {
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
  const putAll = async (placed: readonly Placed[]) =>
    (await Promise.all(tens(placed).map((ten) => putTen(client, ten)))).flat();
  let unpublished = await putAll(all);
  for (const pause of pausesMs) {
    const again = unpublished.filter(({ permanent }) => !permanent);
    if (again.length === 0) break;
    await clock.sleep(pause);
    const still = await putAll(again.map(({ index }) => all[index] as Placed));
    unpublished = [...unpublished.filter(({ permanent }) => permanent), ...still];
  }
  return unpublished;
}

async function putTen(client: EventBridgeClient, ten: readonly Placed[]): Promise<Unpublished[]> {
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
async function refusedCall(client: EventBridgeClient, ten: readonly Placed[], error: unknown): Promise<Unpublished[]> {
  const permanent = isPermanent(error);
  if (permanent && ten.length > 1) return (await Promise.all(ten.map((one) => putTen(client, [one])))).flat();
  // Where it is for now, the SDK has tried three times by then.
  const code = error instanceof Error ? error.name : "UNKNOWN";
  return ten.map(({ index }) => ({ index, code, ...(permanent && { permanent }) }));
}

const tens = (items: readonly Placed[]): Placed[][] =>
  Array.from({ length: Math.ceil(items.length / mostEntries) }, (_, i) =>
    items.slice(i * mostEntries, (i + 1) * mostEntries),
  );
