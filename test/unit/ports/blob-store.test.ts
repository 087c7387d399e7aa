import { describeBlobStore } from "../../support/conformance/blob-store.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";

describeBlobStore("the fake", async () => ({ blobs: fakeBlobStore() }));
