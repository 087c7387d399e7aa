import { describeHookDeliveries } from "../../support/conformance/hook-deliveries.ts";
import { fakeHookDeliveries } from "../../support/fakes/hook-deliveries.ts";

describeHookDeliveries("the fake", async () => ({ deliveries: fakeHookDeliveries() }));
