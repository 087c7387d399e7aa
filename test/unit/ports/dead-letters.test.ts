import { describeDeadLetters } from "../../support/conformance/dead-letters.ts";
import { fakeDeadLetters } from "../../support/fakes/dead-letters.ts";

describeDeadLetters("the fake", async () => {
  const deadLetters = fakeDeadLetters();
  return { deadLetters, kept: async () => deadLetters.kept.splice(0) };
});
