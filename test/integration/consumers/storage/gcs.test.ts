import { bucketOpener } from "../../../../lambdas/consumers/types/storage/open-bucket.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { describeStorage } from "../../../support/storage/describe-storage.ts";
import { bucket, fakeGcsServer, startFakeGcs } from "../../../support/storage/fake-gcs.ts";
import { aServiceAccount } from "../../../support/storage/service-account.ts";

const program = fakeGcsServer();

if (program !== undefined) {
  describeStorage("Google Cloud Storage", async () => {
    const { endpoint, read, stop } = await startFakeGcs(program);
    return {
      place: { provider: "gcs", bucket, service_account: secret("files#gcs"), endpoint },
      bucket,
      secrets: { "files#gcs": aServiceAccount() },
      open: bucketOpener(),
      read,
      stop,
    };
  });
} else {
  // Not quietly: where nobody looks, a missing server is a failure.
  it("a storage job on Google Cloud Storage: SKIPPED, there is no fake-gcs-server", () => {
    console.warn("Google Cloud Storage was not tested: run test/support/storage/install.sh, or set FAKE_GCS_SERVER.");
    expect(process.env.CI).not.toBe("true");
  });
}
