import { describePauses } from "../../support/conformance/pauses.ts";
import { fakeStoredPauses } from "../../support/fakes/pauses.ts";

describePauses("the fake", async () => ({ pauses: fakeStoredPauses() }));
