import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { JobEvent } from "../core/job-event.ts";
import type { Clock, EventBus, Unpublished } from "../core/ports.ts";

export interface EventBridgeBusOptions {
  client: EventBridgeClient;
  /** The name of the bus. */
  bus: string;
  clock: Clock;
}

export const eventSource = "ductape.jobs";

/** PutEvents takes no more at a time. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const mostEntries = 10;

/** Before each further try of entries that were refused: the bus throttles by the second. */
const pausesMs = [100, 400, 1000];

interface Placed {
  index: number;
  event: JobEvent;
}

/** Events on an EventBridge bus. */
export function eventBridgeBus({ client, bus, clock }: EventBridgeBusOptions): EventBus {
  const put = async (entries: readonly Placed[]): Promise<Unpublished[]> => {
    try {
      const answer = await client.send(
        new PutEventsCommand({ Entries: entries.map(({ event }) => entryOf(event, bus)) }),
      );
      return entries.flatMap(({ index }, i) => {
        const code = answer.Entries?.[i]?.ErrorCode;
        return code === undefined ? [] : [{ index, code }];
      });
    } catch (error) {
      // The SDK has tried three times by then.
      const code = error instanceof Error ? error.name : "UNKNOWN";
      return entries.map(({ index }) => ({ index, code }));
    }
  };

  /** Publishes events of as many jobs; some are tried again without the others. */
  const publishWave = async (wave: readonly Placed[]): Promise<Unpublished[]> => {
    let left: Unpublished[] = (await Promise.all(tens(wave).map(put))).flat();
    for (const pause of pausesMs) {
      if (left.length === 0) break;
      await clock.sleep(pause);
      const again = wave.filter(({ index }) => left.some((failed) => failed.index === index));
      left = (await Promise.all(tens(again).map(put))).flat();
    }
    return left;
  };

  return {
    async publish(events) {
      const unpublished: Unpublished[] = [];
      const stopped = new Set<string>();
      for (const wave of waves(events)) {
        const [held, free] = split(wave, ({ event }) => stopped.has(event.detail.job_id));
        const refused = await publishWave(free);
        for (const { index } of refused) stopped.add((events[index] as JobEvent).detail.job_id);
        unpublished.push(...refused, ...held.map(({ index }) => ({ index, code: "NOT_TRIED" })));
      }
      return unpublished.sort((a, b) => a.index - b.index);
    },
  };
}

const entryOf = ({ name, time, detail }: JobEvent, EventBusName: string): PutEventsRequestEntry => ({
  EventBusName,
  Source: eventSource,
  DetailType: `job.${name}`,
  Time: new Date(time),
  Detail: JSON.stringify(detail),
});

/** The first event of each job, then the second of each, ...: within a wave nothing has an order. */
function waves(events: readonly JobEvent[]): Placed[][] {
  const seen = new Map<string, number>();
  const all: Placed[][] = [];
  for (const [index, event] of events.entries()) {
    const nth = seen.get(event.detail.job_id) ?? 0;
    seen.set(event.detail.job_id, nth + 1);
    all[nth] ??= [];
    all[nth].push({ index, event });
  }
  return all;
}

const tens = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / mostEntries) }, (_, i) =>
    items.slice(i * mostEntries, (i + 1) * mostEntries),
  );

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const groups = Map.groupBy(items, test);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}
