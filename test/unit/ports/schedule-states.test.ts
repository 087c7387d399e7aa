import { describeScheduleStates } from "../../support/conformance/schedule-states.ts";
import { fakeScheduleStates } from "../../support/fakes/schedule-states.ts";

describeScheduleStates("the fake", async () => ({ states: fakeScheduleStates() }));
