import { describeRunLogs } from "../../support/conformance/run-logs.ts";
import { fakeRunLogs } from "../../support/fakes/run-logs.ts";

describeRunLogs("the fake", async () => ({ logs: fakeRunLogs() }));
