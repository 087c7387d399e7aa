import { eventDocs } from "../../../lambdas/api/schemas/events.ts";
import type { JobEvent } from "../../../lambdas/core/job/job-event.ts";
import type { EventBus, Unpublished } from "../../../lambdas/core/ports/event-bus.ts";

export interface FakeEventBus extends EventBus {
  /** What was published, in order. */
  published: JobEvent[];
  /** Whether the bus refuses an event temporarily. */
  refuses: (event: JobEvent) => boolean;
  /** Whether the bus refuses an event permanently. */
  refusesForGood: (event: JobEvent) => boolean;
}

/** Throws unless the event matches `GET /events.json`, without undocumented fields. */
function documented(event: JobEvent): JobEvent {
  eventDocs[`job.${event.name}`]?.detail.strict().parse(event.detail);
  return event;
}

/** A bus that delivers nothing and remembers what was published. */
export function fakeEventBus(): FakeEventBus {
  const bus: FakeEventBus = {
    published: [],
    refuses: () => false,
    refusesForGood: () => false,
    async publish(events) {
      const unpublished: Unpublished[] = [];
      const stopped = new Set<string>();
      for (const [index, event] of events.entries()) {
        const { job_id } = event.detail;
        if (stopped.has(job_id)) unpublished.push({ index, code: "NOT_TRIED" });
        else if (bus.refusesForGood(event)) unpublished.push({ index, code: "MalformedDetail", permanent: true });
        else if (bus.refuses(event)) {
          unpublished.push({ index, code: "ThrottlingException" });
          stopped.add(job_id);
        } else bus.published.push(documented(structuredClone(event)));
      }
      return unpublished;
    },
  };
  return bus;
}
