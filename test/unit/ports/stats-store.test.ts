import { describeStatsStore } from "../../support/conformance/stats-store.ts";
import { fakeStatsStore } from "../../support/fakes/stats-store.ts";

describeStatsStore("the fake", async () => ({ stats: fakeStatsStore() }));
