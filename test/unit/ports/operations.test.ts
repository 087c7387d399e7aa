import { describeOperations } from "../../support/conformance/operations.ts";
import { fakeOperations } from "../../support/fakes/operations.ts";

describeOperations("the fake", async () => ({ operations: fakeOperations() }));
