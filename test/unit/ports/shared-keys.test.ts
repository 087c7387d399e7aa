import { describeSharedKeys } from "../../support/conformance/shared-keys.ts";
import { fakeSharedKeys } from "../../support/fakes/shared-keys.ts";

describeSharedKeys("the fake", async () => ({ sharedKeys: fakeSharedKeys() }));
