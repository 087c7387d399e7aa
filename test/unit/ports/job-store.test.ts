import { describeJobStore } from "../../support/conformance/job-store.ts";
import { fakeJobStore } from "../../support/fakes/job-store.ts";

describeJobStore("the fake", async () => ({ store: fakeJobStore() }));
