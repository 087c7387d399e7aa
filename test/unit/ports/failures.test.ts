import { describeFailures } from "../../support/conformance/failures.ts";
import { fakeFailures } from "../../support/fakes/failures-store.ts";

describeFailures("the fake", async () => ({ failures: fakeFailures() }));
