import { describeRaces } from "../../../support/conformance/races.ts";
import { fakeJobStore } from "../../../support/fakes/job-store.ts";

describeRaces("the fake store", async () => ({ store: fakeJobStore() }));
