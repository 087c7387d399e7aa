import { describeWaits } from "../../support/conformance/waits.ts";
import { fakeWaits } from "../../support/fakes/waits.ts";

describeWaits("the fake", async () => ({ waits: fakeWaits() }));
