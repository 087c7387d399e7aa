import { storage, storageInput } from "../../../../../lambdas/consumers/types/storage/definition.ts";
import { storageTarget } from "../../../../../lambdas/consumers/types/storage/target.ts";
import type { InputCheck } from "../../../../../lambdas/core/catalog/job-type.ts";
import { parameter, secret } from "../../../../../lambdas/core/catalog/references.ts";
import { newUploadId } from "../../../../../lambdas/core/kernel/uploads.ts";

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
    ["without a name", { buffer: "aGk=" }],
    ["without a name and of a type", { buffer: "aGk=", mimeType: "text/csv" }],
    ["with metadata", { buffer: "aGk=", metadata: { a: "b", c: "" } }],
    ["with no metadata", { buffer: "aGk=", fileName: "a", metadata: {} }],
    ["an upload", { upload_id, fileName: "a", mimeType: "image/png" }],
  ])("may be %s", (_what, input) => {
    expect(storageInput.safeParse(input).success).toBe(true);
  });

  it.each([
    ["neither a file nor an upload", { fileName: "a" }],
    ["both", { buffer: "aGk=", upload_id, fileName: "a" }],
    ["what is not base64", { buffer: "a_b-", fileName: "a" }],
    ["numbers that are no bytes", { buffer: { type: "Buffer", data: [256] }, fileName: "a" }],
    ["an upload of elsewhere", { upload_id: "../../prd/upl_1", fileName: "a" }],
    ["a name that leads out", { buffer: "", fileName: "../a" }],
    ["an empty name", { buffer: "aGk=", fileName: "" }],
    ["an empty type", { buffer: "aGk=", mimeType: "" }],
    ["metadata that is no text", { buffer: "aGk=", fileName: "a", metadata: { a: 1 } }],
    ["metadata within metadata", { buffer: "aGk=", fileName: "a", metadata: { a: { b: "c" } } }],
    ["a list as metadata", { buffer: "aGk=", fileName: "a", metadata: ["a"] }],
    ["a type with a header in it", { buffer: "", fileName: "a", mimeType: "a/b\r\nx: y" }],
  ])("may not be %s", (_what, input) => {
    expect(storageInput.safeParse(input).success).toBe(false);
  });

  it("is refused at once if its name is too long with this prefix", () => {
    const target = { envs: { dev: { provider: "s3", bucket: "files", prefix: "p".repeat(256) } } };
    const check = (fileName: string) =>
      storage.checkInput?.({ target, env: "dev", input: { fileName } } as unknown as InputCheck);
    expect(check("é".repeat(400))).toMatchObject([{ pointer: "/input/fileName" }]);
    expect(check("e".repeat(400))).toEqual([]);
  });

  const places = {
    s3: { provider: "s3", bucket: "files" },
    gcs: { provider: "gcs", bucket: "files", service_account: secret("gcs") },
    azure: { provider: "azure", container: "files", connection_string: secret("azure") },
  };
  const faultsIn = (env: keyof typeof places, input: object) =>
    storage.checkInput?.({ target: { envs: places }, env, input } as unknown as InputCheck);

  it("has its metadata checked by the rules of the env's provider", () => {
    const input = { buffer: "", metadata: { "order-id": "1", ok: "é", "a/b~": "x", "ductape-run": "x" } };
    const pointers = (env: keyof typeof places) => faultsIn(env, input)?.map(({ pointer }) => pointer);
    const both = ["/input/metadata/ok", "/input/metadata/a~1b~0", "/input/metadata/ductape-run"];
    expect(pointers("s3")).toEqual(both);
    expect(pointers("gcs")).toEqual(both);
    expect(pointers("azure")).toEqual(["/input/metadata/order-id", ...both]);
    expect(faultsIn("s3", { buffer: "", metadata: { a: "x".repeat(2000) } })).toEqual([
      { pointer: "/input/metadata", detail: "has more than 1984 bytes of names and values" },
    ]);
    expect(faultsIn("azure", { buffer: "", metadata: { order_id: "1" } })).toEqual([]);
  });

  it("without a name has room for a generated one below the longest prefix", () => {
    const prefixed = (prefix: string) => ({ envs: { dev: { ...places.s3, prefix } } });
    const check = (prefix: string) =>
      storage.checkInput?.({ target: prefixed(prefix), env: "dev", input: {} } as unknown as InputCheck);
    expect(check("漢".repeat(256))).toEqual([]);
    // Its NFC is twice as long.
    expect(check("\u0958".repeat(256))).toMatchObject([{ pointer: "/input/fileName" }]);
  });
});
