import { describeDefinitions } from "../../support/conformance/definitions.ts";
import { fakeDefinitions } from "../../support/fakes/definitions.ts";

describeDefinitions("the fake", async () => {
  const definitions = fakeDefinitions();
  return { definitions, other: definitions };
});
