import { describeSignals, fewMessages } from "../../support/conformance/signals.ts";
import { fakeSignals } from "../../support/fakes/signals.ts";

describeSignals("the fake", async () => ({ signals: fakeSignals(), limited: fakeSignals(fewMessages) }));
