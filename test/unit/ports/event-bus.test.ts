import { describeEventBus } from "../../support/conformance/event-bus.ts";
import { fakeEventBus } from "../../support/fakes/event-bus.ts";

describeEventBus("the fake", async () => {
  const bus = fakeEventBus();
  return {
    bus,
    published: () => bus.published,
    clear: () => bus.published.splice(0),
    refuse: (refuses) => {
      bus.refuses = refuses;
    },
    refuseForGood: (refuses) => {
      bus.refusesForGood = refuses;
    },
  };
});
