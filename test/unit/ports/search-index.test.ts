import { describeSearchIndex } from "../../support/conformance/search-index.ts";
import { fakeSearchIndex } from "../../support/fakes/search-index.ts";

describeSearchIndex("the fake", async () => ({ index: fakeSearchIndex() }));
