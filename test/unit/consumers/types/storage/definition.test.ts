import { storage, storageInput } from "../../../../../lambdas/consumers/types/storage/definition.ts";
import { storageTarget } from "../../../../../lambdas/consumers/types/storage/target.ts";
import type { InputCheck } from "../../../../../lambdas/core/catalog/job-type.ts";
import { parameter, secret } from "../../../../../lambdas/core/catalog/references.ts";
import { newUploadId } from "../../../../../lambdas/core/schema/uploads.ts";

const accepts = (place: unknown) => storageTarget().safeParse({ envs: { dev: place } }).success;

describe("a storage in the catalog", () => {
  it.each([
    ["S3", { provider: "s3", bucket: "files" }],
    [
      "S3 by parameter",
      {
        provider: "s3",
        bucket: parameter("/files"),
        prefix: "in",
        endpoint: parameter("/endpoint"),
        overwrite: "keep",
      },
    ],
    ["Google", { provider: "gcs", bucket: "files", service_account: secret("gcs"), prefix: "in/" }],
    ["Azure", { provider: "azure", container: "files", connection_string: secret("azure#url") }],
  ])("may be %s", (_what, place) => {
    expect(accepts(place)).toBe(true);
  });

  it.each([
    ["a bucket by secret, which no grant can name", { provider: "s3", bucket: secret("bucket") }],
    [
      "a bucket by parameter without a prefix, whose grant would be too wide",
      { provider: "s3", bucket: parameter("/files") },
    ],
    ["a prefix that leads out", { provider: "s3", bucket: "files", prefix: "../x" }],
    ["a key that is written out", { provider: "azure", container: "files", connection_string: "AccountKey=..." }],
    ["an unknown policy", { provider: "s3", bucket: "files", overwrite: "maybe" }],
  ])("may not have %s", (_what, place) => {
    expect(accepts(place)).toBe(false);
  });
});

describe("the input of a storage job", () => {
  const upload_id = newUploadId();
  it.each([
    ["base64", { buffer: "aGk=", fileName: "a" }],
    ["a Buffer's JSON", { buffer: { type: "Buffer", data: [0, 255] }, fileName: "a" }],
    ["an upload", { upload_id, fileName: "a", mimeType: "image/png" }],
  ])("may be %s", (_what, input) => {
    expect(storageInput().safeParse(input).success).toBe(true);
  });

  it.each([
    ["neither a file nor an upload", { fileName: "a" }],
    ["both", { buffer: "aGk=", upload_id, fileName: "a" }],
    ["what is not base64", { buffer: "a_b-", fileName: "a" }],
    ["numbers that are no bytes", { buffer: { type: "Buffer", data: [256] }, fileName: "a" }],
    ["an upload of elsewhere", { upload_id: "../../prd/upl_1", fileName: "a" }],
    ["a name that leads out", { buffer: "", fileName: "../a" }],
    ["a type with a header in it", { buffer: "", fileName: "a", mimeType: "a/b\r\nx: y" }],
  ])("may not be %s", (_what, input) => {
    expect(storageInput().safeParse(input).success).toBe(false);
  });

  it("is refused at once if its name is too long with this prefix", () => {
    const target = { envs: { dev: { provider: "s3", bucket: "files", prefix: "p".repeat(256) } } };
    const check = (fileName: string) =>
      storage.checkInput?.({ target, env: "dev", input: { fileName } } as unknown as InputCheck);
    expect(check("é".repeat(400))).toMatchObject([{ pointer: "/input/fileName" }]);
    expect(check("e".repeat(400))).toEqual([]);
  });
});
