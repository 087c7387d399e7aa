import { S3Client } from "@aws-sdk/client-s3";
import { s3BlobStore } from "../../../lambdas/aws/s3-blob-store.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { bucket, startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { describeBlobStore } from "../../support/conformance/blob-store.ts";

describeBlobStore("S3", async () => {
  const { endpoint, stop } = await startSqsAndS3();
  // A bucket in the host name would need a name server.
  const client = new S3Client({ ...settings, endpoint, forcePathStyle: true });
  return { blobs: s3BlobStore({ client, bucket }), upload, stop };
});

async function upload(url: string, body: Uint8Array, contentType?: string) {
  const headers = { ...(contentType !== undefined && { "content-type": contentType }) };
  return (await fetch(url, { method: "PUT", body: new Uint8Array(body), headers })).status;
}
