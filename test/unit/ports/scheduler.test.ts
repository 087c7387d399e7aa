import { describeScheduler } from "../../support/conformance/scheduler.ts";
import { fakeScheduler } from "../../support/fakes/scheduler.ts";

describeScheduler("the fake", async () => {
  const scheduler = fakeScheduler();
  return { scheduler, find: (name) => scheduler.schedules.get(name) };
});
