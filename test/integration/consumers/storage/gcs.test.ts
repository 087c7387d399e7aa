import { bucketOpener } from "../../../../lambdas/consumers/types/storage/open-bucket.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { describeWith } from "../../../support/servers.ts";
import { describeStorage } from "../../../support/storage/describe-storage.ts";
import { bucket, fakeGcsServer, startFakeGcs } from "../../../support/storage/fake-gcs.ts";
import { aServiceAccount } from "../../../support/storage/service-account.ts";

describeWith(
  "fake-gcs-server",
  fakeGcsServer,
  "test/support/storage/install.sh",
)("with fake-gcs-server", () => {
  describeStorage("Google Cloud Storage", async () => {
    const { endpoint, read, metadata, stop } = await startFakeGcs(fakeGcsServer ?? "");
    return {
      place: { provider: "gcs", bucket, service_account: secret("files#gcs"), endpoint },
      bucket,
      secrets: { "files#gcs": aServiceAccount() },
      open: bucketOpener(),
      read,
      metadata,
      stop,
    };
  });
});
