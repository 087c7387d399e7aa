import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { s3BlobStore } from "../../../../lambdas/aws/s3/blob-store.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { stubHandler } from "../../../support/aws/stub-handler.ts";

test("a download URL is signed for one blob and a limited time without a call to S3", async () => {
  const blobs = s3BlobStore({ client: new S3Client(settings), bucket: "blobs" });
  const url = new URL(await blobs.downloadUrl("results/1", 3600));
  expect(url.protocol).toBe("https:");
  expect(`${url.host}${url.pathname}`).toBe("blobs.s3.us-east-1.amazonaws.com/results/1");
  expect(url.searchParams.get("X-Amz-Expires")).toBe("3600");
  expect(url.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
});

const denied = (action: string) =>
  `User: arn:aws:sts::1:assumed-role/consumer/x is not authorized to perform: ${action} on resource: "arn:aws:s3:::blobs" because no identity-based policy allows the ${action} action`;

test.each([
  ["is gone", 404, "NoSuchKey", "The specified key does not exist.", undefined],
  ["is gone, which this role may not know", 403, "AccessDenied", denied("s3:ListBucket"), undefined],
  ["may not be read", 403, "AccessDenied", denied("s3:GetObject"), "AccessDenied"],
  ["is refused without a reason", 403, "AccessDenied", "Access Denied", "AccessDenied"],
])("a blob that %s", async (_what, statusCode, code, message, error) => {
  const body = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const requestHandler = stubHandler(() => ({ statusCode, headers: { "content-type": "application/xml" }, body }));
  const blobs = s3BlobStore({ client: new S3Client({ ...settings, requestHandler, maxAttempts: 1 }), bucket: "blobs" });
  const read = blobs.get("results/1");
  if (error === undefined) expect(await read).toBeUndefined();
  else await expect(read).rejects.toMatchObject({ name: error });
});
