import { describeEndpoints } from "../../support/conformance/endpoints.ts";
import { fakeEndpoints } from "../../support/fakes/endpoints.ts";

describeEndpoints("the fake", async () => ({ endpoints: fakeEndpoints() }));
