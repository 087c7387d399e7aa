import { describeSecrets, heldSecrets } from "../../support/conformance/secrets.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";

describeSecrets("the fake", async () => ({ secrets: fakeSecrets(heldSecrets) }));
