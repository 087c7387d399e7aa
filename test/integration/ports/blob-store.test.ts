import { s3BlobStore } from "../../../lambdas/aws/s3/blob-store.ts";
import { lazyPort } from "../../../lambdas/aws/start/lazy-port.ts";
import { bucket, startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { describeBlobStore } from "../../support/conformance/blob-store.ts";

describeBlobStore("S3", async () => {
  const { s3, stop } = await startSqsAndS3();
  return { blobs: s3BlobStore({ client: s3, bucket }), upload, stop };
});

describeBlobStore("S3 behind a lazy port, as it is deployed,", async () => {
  const { s3, stop } = await startSqsAndS3();
  return { blobs: lazyPort(async () => s3BlobStore({ client: s3, bucket })), upload, stop };
});

async function upload(url: string, body: Uint8Array, headers: Record<string, string>) {
  return (await fetch(url, { method: "PUT", body: new Uint8Array(body), headers })).status;
}
