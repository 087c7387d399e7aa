import { describeApiKeys } from "../../support/conformance/api-keys.ts";
import { fakeApiKeys } from "../../support/fakes/api-keys.ts";

describeApiKeys("the fake", async () => ({ keys: fakeApiKeys() }));
