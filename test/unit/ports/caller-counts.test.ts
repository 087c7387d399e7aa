import { grantMs } from "../../../lambdas/core/operations/api-limits.ts";
import { rateSlotMs } from "../../../lambdas/core/operations/key-rate.ts";
import { describeCallerCounts } from "../../support/conformance/caller-counts.ts";
import { fakeCallerCounts } from "../../support/fakes/caller-counts.ts";

describeCallerCounts("the fake", async () => ({
  waits: fakeCallerCounts(grantMs),
  requests: fakeCallerCounts(rateSlotMs),
}));
