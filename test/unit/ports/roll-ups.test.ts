import { describeRollUps } from "../../support/conformance/roll-ups.ts";
import { fakeRollUps } from "../../support/fakes/roll-ups.ts";

describeRollUps("the fake", async () => ({ rollUps: fakeRollUps() }));
