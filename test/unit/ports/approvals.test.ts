import { describeApprovals } from "../../support/conformance/approvals.ts";
import { fakeApprovals } from "../../support/fakes/approvals.ts";

describeApprovals("the fake", async () => ({ approvals: fakeApprovals() }));
