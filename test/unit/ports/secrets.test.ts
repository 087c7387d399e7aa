import { describeSecrets, heldSecrets } from "../../support/conformance/secrets.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";

describeSecrets("the fake", async () => {
  const values: Record<string, string> = { ...heldSecrets };
  return {
    secrets: fakeSecrets(values),
    rotate(value) {
      values["shop/token"] = value;
    },
  };
});
