import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { contentOf, decodeBuffer } from "../../../../../lambdas/consumers/types/storage/content.ts";
import { storageInput } from "../../../../../lambdas/consumers/types/storage/definition.ts";
import { headBytes } from "../../../../../lambdas/consumers/types/storage/mime-type.ts";
import { newUploadId, uploadKey } from "../../../../../lambdas/core/kernel/uploads.ts";
import { anExecution } from "../../../../support/an-execution.ts";
import { aJob } from "../../../../support/builders.ts";
import { fc } from "../../../../support/properties.ts";

const job = aJob({ type: "storage" });
const bytesOf = (body: Buffer | Readable) => (Buffer.isBuffer(body) ? body : buffer(body));

describe("a file that comes with the request", () => {
  it("has the same bytes in base64 and as a Buffer's JSON", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const sent = [Buffer.from(bytes).toString("base64"), JSON.parse(JSON.stringify(Buffer.from(bytes)))];
        for (const wire of sent) {
          const input = storageInput.parse({ buffer: wire, fileName: "a" });
          expect([...decodeBuffer(input.buffer ?? "-")]).toEqual([...bytes]);
        }
      }),
    );
  });
});

describe("an upload", () => {
  it.each([0, 1, headBytes - 1, headBytes, headBytes + 1, 1_000_000])(
    "of %i bytes is read completely, with its start",
    async (size) => {
      const { blobs } = anExecution();
      const body = Buffer.alloc(size, "0123456789");
      const upload_id = newUploadId();
      await blobs.put(uploadKey(job, upload_id), body, "text/csv");
      const content = await contentOf({ upload_id, fileName: "a" }, { blobs, job });
      expect(content).toMatchObject({ bytes: size, type: "text/csv" });
      expect(body.subarray(0, headBytes).equals(content.head)).toBe(true);
      expect((await bytesOf(content.body)).equals(body)).toBe(true);
    },
  );

  it("is absent for another env or product", async () => {
    const { blobs } = anExecution();
    const upload_id = newUploadId();
    await blobs.put(uploadKey(job, upload_id), Buffer.from("s3cret"), "text/plain");
    for (const other of [
      { ...job, env: "dev" },
      { ...job, product: "other" },
    ]) {
      const failed = contentOf({ upload_id, fileName: "a" }, { blobs, job: other });
      await expect(failed).rejects.toMatchObject({ code: "NOT_FOUND", retryable: false });
      await expect(failed).rejects.toThrow(/^Nothing was uploaded under this upload_id .* upload the file again\.$/);
    }
  });

  it("is released after use", async () => {
    const { blobs } = anExecution();
    const body = Readable.from([Buffer.alloc(headBytes), Buffer.alloc(10)], { objectMode: false });
    blobs.stream = async () => ({ body, bytes: headBytes + 10 });
    const content = await contentOf({ upload_id: newUploadId(), fileName: "a" }, { blobs, job });
    content.close(new Error("enough"));
    expect(body.destroyed).toBe(true);
  });
});
