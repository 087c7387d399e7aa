import { describeRoundPlaces } from "../../support/conformance/round-places.ts";
import { fakeRoundPlaces } from "../../support/fakes/round-places.ts";

describeRoundPlaces("the fake", async () => ({ places: fakeRoundPlaces() }));
