import { eventBridgeBus } from "../../../lambdas/aws/eventbridge/bus.ts";
import type { JobEvent, JobEventName } from "../../../lambdas/core/job/job-event.ts";
import { type Entry, startEventsService } from "../../support/aws/events-service.ts";
import { describeEventBus } from "../../support/conformance/event-bus.ts";

const eventOf = ({ DetailType, Time, Detail }: Entry): JobEvent => ({
  name: DetailType.replace(/^job\./, "") as JobEventName,
  time: Time * 1000,
  detail: JSON.parse(Detail),
});

describeEventBus("EventBridge", async () => {
  const { client, world, stop } = await startEventsService();
  const bus = eventBridgeBus({ client, bus: "jobs", clock: { now: Date.now, sleep: async () => {} } });
  return {
    bus,
    published: () => world.taken.map(eventOf),
    clear: () => world.taken.splice(0),
    refuse: (refuses) => {
      world.refuses = (entry) => refuses(eventOf(entry));
    },
    refuseForGood: (refuses) => {
      world.refusesForGood = (entry) => refuses(eventOf(entry));
    },
    stop,
  };
});
