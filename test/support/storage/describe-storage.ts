import { Readable } from "node:stream";
import { storageExecutor } from "../../../lambdas/consumers/types/storage/execute.ts";
import { largestMetadata } from "../../../lambdas/consumers/types/storage/metadata.ts";
import type { OpenBucket } from "../../../lambdas/consumers/types/storage/open-bucket.ts";
import { newUploadId, uploadKey } from "../../../lambdas/core/kernel/uploads.ts";
import { anExecution } from "../an-execution.ts";
import { aJob } from "../builders.ts";

export interface StorageUnderTest {
  /** The catalog's place, without the policy. */
  place: Record<string, unknown>;
  bucket: string;
  secrets?: Record<string, string>;
  open: OpenBucket;
  read: (key: string) => Promise<{ body: Buffer; type: string | undefined } | undefined>;
  /** The metadata of a file, with names in lower case. */
  metadata: (key: string) => Promise<Record<string, string> | undefined>;
  stop: () => Promise<void>;
}

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What a storage job does, whichever vendor stores the files. */
export function describeStorage(vendor: string, start: () => Promise<StorageUnderTest>): void {
  describe(`a storage job on ${vendor}`, () => {
    let storage: StorageUnderTest;
    beforeAll(async () => {
      storage = await start();
    });
    afterAll(() => storage?.stop());

    const store = (input: Record<string, unknown>, settings = {}, overrides: Parameters<typeof anExecution>[0] = {}) =>
      storageExecutor(storage.open)(
        anExecution({
          job: aJob({ type: "storage" }),
          secrets: storage.secrets ?? {},
          target: { envs: { prd: { ...storage.place, ...settings } } },
          input,
          ...overrides,
        }),
      );

    it("stores a file under the prefix and reports where it is", async () => {
      const input = { buffer: png.toString("base64"), fileName: "photos/été 1%2B.png" };
      const result = await store(input, { prefix: "in/box/" });
      const key = "in/box/photos/été 1%2B.png".normalize("NFC");
      expect(result).toEqual({
        provider: storage.place.provider,
        bucket: storage.bucket,
        key,
        size: png.byteLength,
        etag: expect.stringMatching(/^[^"]+$/),
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1.*\/in\/box\/photos\/%C3%A9t%C3%A9%201%252B\.png$/),
        mime_type: "image/png",
      });
      expect(await storage.read(key)).toEqual({ body: png, type: "image/png" });
    });

    it.each([
      ["a Buffer's JSON", { buffer: { type: "Buffer", data: [104, 105] }, fileName: "a.txt" }, "hi", "text/plain"],
      [
        "a type that the job names",
        { buffer: base64("a"), fileName: "b", mimeType: "text/x-a; charset=utf-8" },
        "a",
        "text/x-a; charset=utf-8",
      ],
      ["an empty file", { buffer: "", fileName: "empty" }, "", "application/octet-stream"],
    ])("takes %s", async (_what, input, text, type) => {
      expect(await store(input)).toMatchObject({ size: Buffer.byteLength(text), mime_type: type });
      expect(await storage.read(input.fileName)).toEqual({ body: Buffer.from(text), type });
    });

    it.each([
      ["small", 70_000],
      ["in several parts", 12_000_000],
    ])("streams an upload, %s", async (_size, bytes) => {
      const job = aJob({ type: "storage" });
      const execution = anExecution({ job });
      const body = Buffer.concat([png, Buffer.alloc(bytes - png.byteLength, "0123456789abcdef")]);
      const upload_id = newUploadId();
      await execution.blobs.put(uploadKey(job, upload_id), body, "binary/octet-stream");
      const result = await store({ upload_id, fileName: `up-${bytes}` }, {}, { job, blobs: execution.blobs });
      expect(result).toMatchObject({ key: `up-${bytes}`, size: bytes, mime_type: "image/png" });
      const stored = await storage.read(`up-${bytes}`);
      expect(stored?.type).toBe("image/png");
      expect(stored?.body.equals(body)).toBe(true);
    });

    it("keeps metadata with a file of any size", async () => {
      const job = aJob({ type: "storage" });
      const { blobs } = anExecution();
      const upload_id = newUploadId();
      await blobs.put(uploadKey(job, upload_id), Buffer.alloc(12_000_000, "x"), "text/plain");
      const metadata = { order_id: "A-1", note: '100% "ready", a=b;  ~ok', _: "x" };
      for (const file of [{ buffer: base64("a") }, { upload_id }]) {
        await store({ ...file, fileName: "with-metadata", metadata }, {}, { job, blobs });
        const { [ownMetadata(storage)]: run, ...kept } = (await storage.metadata("with-metadata")) ?? {};
        expect([run, kept]).toEqual([`${job.id}-1`, metadata]);
      }
    });

    it("keeps as much metadata as it may have", async () => {
      const metadata = { a: "x".repeat(1000), b: "y".repeat(largestMetadata - 1002) };
      const job = aJob({ type: "storage", run: Number.MAX_SAFE_INTEGER });
      await store({ buffer: "", fileName: "much-metadata", metadata }, {}, { job });
      expect(await storage.metadata("much-metadata")).toMatchObject(metadata);
    });

    it("replaces metadata with the file", async () => {
      await store({ buffer: base64("a"), fileName: "new-metadata", metadata: { old: "1" } });
      await store({ buffer: base64("b"), fileName: "new-metadata", metadata: {} });
      expect(Object.keys((await storage.metadata("new-metadata")) ?? {})).toEqual([ownMetadata(storage)]);
    });

    it.each([
      ["the content", { buffer: png.toString("base64") }, "png", "image/png"],
      ["the type that the job names", { buffer: base64("a,b"), mimeType: "text/csv; charset=utf-8" }, "csv", undefined],
      ["nothing", { buffer: base64("a") }, undefined, "application/octet-stream"],
    ])("names a nameless file by the job and %s, the same in every attempt", async (_by, input, extension, type) => {
      const job = aJob({ type: "storage" });
      const key = `in/${job.id}${extension === undefined ? "" : `.${extension}`}`;
      for (const attempt of [1, 2]) {
        const result = await store(input, { prefix: "in", overwrite: "error" }, { job: { ...job, attempt } });
        expect(result).toMatchObject({ key, mime_type: type ?? input.mimeType });
      }
      expect(await storage.read(key)).toEqual({
        body: Buffer.from(input.buffer, "base64"),
        type: type ?? input.mimeType,
      });
    });

    it("names an upload by its type, and each run of a series separately", async () => {
      const series = aJob({ type: "storage" });
      const { blobs } = anExecution();
      const upload_id = newUploadId();
      await blobs.put(uploadKey(series, upload_id), Buffer.alloc(70_000, "x"), "text/markdown");
      const keys = [];
      for (const run of [1, 2, 30]) {
        keys.push(await store({ upload_id }, { overwrite: "error" }, { job: { ...series, run }, blobs }));
      }
      expect(keys).toMatchObject(["", "-2", "-30"].map((run) => ({ key: `${series.id}${run}.md`, size: 70_000 })));
    });

    it("replaces a file of the same name by default", async () => {
      await store({ buffer: base64("first"), fileName: "replaced" });
      await store({ buffer: base64("second"), fileName: "replaced" });
      expect((await storage.read("replaced"))?.body.toString()).toBe("second");
    });

    it("keeps an existing file, or fails, where the storage says so", async () => {
      const fileName = "policy";
      await store({ buffer: base64("first"), fileName }, { overwrite: "error" });
      const kept = await store({ buffer: base64("another"), fileName }, { overwrite: "keep" });
      expect(kept).toMatchObject({ key: fileName, size: 5, kept: true });
      const failed = store({ buffer: base64("another"), fileName }, { overwrite: "error" });
      await expect(failed).rejects.toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
      await expect(failed).rejects.toThrow("A file of this name exists, and the storage does not overwrite files.");
      expect((await storage.read(fileName))?.body.toString()).toBe("first");
    });

    it.each(["keep", "error"])("succeeds again after an attempt that stored the file: %s", async (overwrite) => {
      const job = aJob({ type: "storage" });
      const input = { buffer: base64("once"), fileName: `again-${overwrite}` };
      const first = await store(input, { overwrite }, { job });
      expect(await store(input, { overwrite }, { job })).toEqual(first);
      expect(first).not.toHaveProperty("kept");
    });

    it("fails on a bucket that does not exist with a configuration error", async () => {
      const missing = storage.place.provider === "azure" ? { container: "missing" } : { bucket: "missing" };
      const failed = store({ buffer: "", fileName: "s3cret-name" }, missing);
      await expect(failed).rejects.toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: "The storage's bucket does not exist.",
      });
    });

    it("stops at the job's timeout and stores nothing", async () => {
      const timeout = new AbortController();
      const reason = new Error("the shell's timeout");
      const job = aJob({ type: "storage" });
      const { blobs } = anExecution();
      const body = Readable.from(
        endless(() => timeout.abort(reason)),
        { objectMode: false },
      );
      blobs.stream = async () => ({ body, bytes: 1e9 });
      const input = { upload_id: newUploadId(), fileName: "never", mimeType: "text/plain" };
      await expect(store(input, {}, { job, blobs, signal: timeout.signal })).rejects.toBe(reason);
      expect(body.destroyed).toBe(true);
      expect(await storage.read("never")).toBeUndefined();
    });
  });
}

/** The name of the run in the metadata: Azure takes no hyphen in it. */
const ownMetadata = ({ place }: StorageUnderTest) => (place.provider === "azure" ? "ductape_run" : "ductape-run");

/** An endless series of chunks that calls back after some of them. */
async function* endless(later: () => void) {
  for (let i = 0; ; i++) {
    if (i === 120) later();
    yield Buffer.alloc(100_000, "x");
    await new Promise(setImmediate);
  }
}
