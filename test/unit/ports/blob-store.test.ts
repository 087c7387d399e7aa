import { S3Client } from "@aws-sdk/client-s3";
import { s3BlobStore } from "../../../lambdas/aws/s3/blob-store.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { describeBlobStore } from "../../support/conformance/blob-store.ts";
import { fakeBlobStore } from "../../support/fakes/blob-store.ts";

describeBlobStore("the fake", async () => {
  const blobs = fakeBlobStore();
  return { blobs, upload: async (url, body, headers) => blobs.receive(url, body, headers["content-type"]) };
});

// The embedded server does not look at the condition either.
test("an upload URL of the fake takes one blob, as S3's does", async () => {
  const blobs = fakeBlobStore();
  const { url } = await blobs.uploadUrl("uploads/once", 60, { bytes: 5 });
  expect(blobs.receive(url, Buffer.from("first"))).toBe(200);
  expect(blobs.receive(url, Buffer.from("other"))).toBe(412);
  expect(String(Buffer.from((await blobs.get("uploads/once")) ?? []))).toBe("first");
});

// The embedded server checks no signatures: what they cover shows in the URL.
describe("an upload URL of S3", () => {
  const blobs = s3BlobStore({ client: new S3Client(settings), bucket: "blobs" });
  const queryOf = async (...asked: Parameters<typeof blobs.uploadUrl>) =>
    new URL((await blobs.uploadUrl(...asked)).url).searchParams;

  it("is signed for its type and length, and for a new file", async () => {
    const query = await queryOf("uploads/1", 60, { contentType: "image/png", bytes: 5 });
    expect(query.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host;if-none-match");
    expect(query.get("X-Amz-Expires")).toBe("60");
  });

  it("is signed for nothing else, such as an empty body's checksum", async () => {
    const query = await queryOf("uploads/1", 60, { bytes: 5 });
    expect(query.get("X-Amz-SignedHeaders")).toBe("content-length;host;if-none-match");
    expect([...query.keys()].filter((name) => name.includes("checksum"))).toEqual([]);
  });
});
