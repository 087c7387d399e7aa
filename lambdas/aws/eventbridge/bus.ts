import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { JobEvent } from "../../core/job/job-event.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { EventBus, Unpublished } from "../../core/ports/event-bus.ts";
import { eventSource, transitionEvent } from "../../topology.ts";
import { jsonForSqs } from "../sqs/escape.ts";
import { putEvents } from "./put-events.ts";

interface EventBridgeBusOptions {
  client: EventBridgeClient;
  /** The name of the bus. */
  bus: string;
  clock: Clock;
}

interface IndexedEvent {
  index: number;
  event: JobEvent;
}

/**
 * Publishes the events of jobs on an EventBridge bus, those of one job in their order: after an event that was refused for now,
 * the later ones of its job are held back.
 */
export function eventBridgeBus({ client, bus, clock }: EventBridgeBusOptions): EventBus {
  /** Publishes events of different jobs. */
  const publishWave = async (wave: readonly IndexedEvent[]): Promise<Unpublished[]> => {
    const entries = wave.map(({ event }) => jobEventEntryOf(event, bus));
    const refused = await putEvents(client, clock, entries);
    return refused.map(({ index, ...why }) => ({ index: (wave[index] as IndexedEvent).index, ...why }));
  };

  return {
    async publish(events) {
      const unpublished: Unpublished[] = [];
      const stopped = new Set<string>();
      for (const wave of waves(events)) {
        const [held, free] = partition(wave, ({ event }) => stopped.has(event.detail.job_id));
        const refused = await publishWave(free);
        for (const { index, permanent } of refused)
          if (!permanent) stopped.add((events[index] as JobEvent).detail.job_id);
        unpublished.push(...refused, ...held.map(({ index }) => ({ index, code: "NOT_TRIED" })));
      }
      return unpublished.sort((a, b) => a.index - b.index);
    },
  };
}

const jobEventEntryOf = ({ name, time, detail }: JobEvent, EventBusName: string): PutEventsRequestEntry => ({
  EventBusName,
  Source: eventSource,
  DetailType: transitionEvent(name),
  Time: new Date(time),
  // A rule may send the event to a queue, and SQS refuses some characters.
  Detail: jsonForSqs(detail),
});

/** The first event of each job, then the second of each, and so on. The order within a wave does not matter. */
function waves(events: readonly JobEvent[]): IndexedEvent[][] {
  const seen = new Map<string, number>();
  const all: IndexedEvent[][] = [];
  for (const [index, event] of events.entries()) {
    const nth = seen.get(event.detail.job_id) ?? 0;
    seen.set(event.detail.job_id, nth + 1);
    all[nth] ??= [];
    all[nth].push({ index, event });
  }
  return all;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const groups = Map.groupBy(items, test);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}
