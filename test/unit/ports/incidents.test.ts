import { describeIncidents } from "../../support/conformance/incidents.ts";
import { fakeIncidents } from "../../support/fakes/incidents.ts";

describeIncidents("the fake", async () => ({ incidents: fakeIncidents() }));
