import { describeUnscheduled } from "../../support/conformance/unscheduled.ts";
import { fakeUnscheduled } from "../../support/fakes/unscheduled.ts";

describeUnscheduled("the fake", async () => ({ unscheduled: fakeUnscheduled() }));
