import { describeSentDeliveries } from "../../support/conformance/sent-deliveries.ts";
import { fakeSentDeliveries } from "../../support/fakes/sent-deliveries.ts";

describeSentDeliveries("the fake", async () => ({ sent: fakeSentDeliveries() }));
