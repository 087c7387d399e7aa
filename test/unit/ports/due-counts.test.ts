import { describeDueCounts } from "../../support/conformance/due-counts.ts";
import { fakeDueCounts } from "../../support/fakes/due-counts.ts";

describeDueCounts("the fake", async () => ({ counts: fakeDueCounts() }));
