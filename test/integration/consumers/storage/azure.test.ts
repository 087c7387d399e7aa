import { bucketOpener } from "../../../../lambdas/consumers/types/storage/open-bucket.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { describeWith } from "../../../support/servers.ts";
import { azuriteProgram, container, startAzurite } from "../../../support/storage/azurite.ts";
import { describeStorage } from "../../../support/storage/describe-storage.ts";

describeWith(
  "Azurite",
  azuriteProgram,
  "test/support/storage/install.sh",
)("with Azurite", () => {
  describeStorage("Azure Blob Storage", async () => {
    const { connectionString, client, stop } = await startAzurite();
    return {
      place: { provider: "azure", container, connection_string: secret("files#azure") },
      bucket: container,
      secrets: { "files#azure": connectionString },
      open: bucketOpener(),
      async read(key) {
        const blob = client.getBlobClient(key);
        if (!(await blob.exists())) return undefined;
        return { body: await blob.downloadToBuffer(), type: (await blob.getProperties()).contentType };
      },
      metadata: async (key) => (await client.getBlobClient(key).getProperties()).metadata,
      stop,
    };
  });
});
