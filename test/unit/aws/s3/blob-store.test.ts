import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { s3BlobStore } from "../../../../lambdas/aws/s3/blob-store.ts";
import { settings } from "../../../support/aws/client-settings.ts";

test("a download URL is signed for one blob and a limited time, without a call to S3", async () => {
  const blobs = s3BlobStore({ client: new S3Client(settings), bucket: "blobs" });
  const url = new URL(await blobs.downloadUrl("results/1", 3600));
  expect(url.protocol).toBe("https:");
  expect(`${url.host}${url.pathname}`).toBe("blobs.s3.us-east-1.amazonaws.com/results/1");
  expect(url.searchParams.get("X-Amz-Expires")).toBe("3600");
  expect(url.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
});
