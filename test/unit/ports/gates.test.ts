import { describeGates } from "../../support/conformance/gates.ts";
import { fakeGates } from "../../support/fakes/gates.ts";

describeGates("the fake", async () => ({ gates: fakeGates() }));
