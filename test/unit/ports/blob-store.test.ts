import { S3Client } from "@aws-sdk/client-s3";
import { s3BlobStore } from "../../../lambdas/aws/s3-blob-store.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { describeBlobStore } from "../../support/conformance/blob-store.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";

describeBlobStore("the fake", async () => {
  const blobs = fakeBlobStore();
  return { blobs, upload: async (...put) => blobs.receive(...put) };
});

// The embedded server checks no signatures: what they cover shows in the URL.
describe("an upload URL of S3", () => {
  const blobs = s3BlobStore({ client: new S3Client(settings), bucket: "blobs" });
  const queryOf = async (...asked: Parameters<typeof blobs.uploadUrl>) =>
    new URL(await blobs.uploadUrl(...asked)).searchParams;

  it("is signed for the very type and length", async () => {
    const query = await queryOf("uploads/1", 60, { contentType: "image/png", bytes: 5 });
    expect(query.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host");
    expect(query.get("X-Amz-Expires")).toBe("60");
  });

  it("is signed for nothing more than asked, least of all the checksum of an empty body", async () => {
    const query = await queryOf("uploads/1", 60);
    expect(query.get("X-Amz-SignedHeaders")).toBe("host");
    expect([...query.keys()].filter((name) => name.includes("checksum"))).toEqual([]);
  });
});
