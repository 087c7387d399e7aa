import { describeAudit } from "../../support/conformance/audit.ts";
import { fakeAudit } from "../../support/fakes/audit.ts";

describeAudit("the fake", async () => ({ audit: fakeAudit() }));
