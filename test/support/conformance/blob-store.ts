import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { BlobStore } from "../../../lambdas/core/ports/blob-store.ts";

export interface BlobStoreUnderTest {
  blobs: BlobStore;
  /** Uses an upload URL as a caller does, and returns the status of the answer. */
  upload: (url: string, body: Uint8Array, headers: Record<string, string>) => Promise<number>;
  stop?: () => Promise<void>;
}

const bytes = (body: Uint8Array | undefined) => body && [...body];

/** What every BlobStore does, in memory and on S3 alike. */
export function describeBlobStore(name: string, makeStore: () => Promise<BlobStoreUnderTest>): void {
  describe(`${name} as a BlobStore`, () => {
    let made: BlobStoreUnderTest;
    let blobs: BlobStore;
    beforeAll(async () => {
      made = await makeStore();
      blobs = made.blobs;
    });
    afterAll(() => made.stop?.());

    test("a blob keeps any bytes", async () => {
      const body = Uint8Array.from({ length: 256 }, (_, i) => i);
      await blobs.put("uploads/all bytes & ключ.bin", body, "application/octet-stream");
      expect(bytes(await blobs.get("uploads/all bytes & ключ.bin"))).toEqual(bytes(body));
    });

    test("an empty blob differs from an absent one", async () => {
      await blobs.put("uploads/empty", new Uint8Array(), "text/plain");
      expect(bytes(await blobs.get("uploads/empty"))).toEqual([]);
      expect(await blobs.get("uploads/absent")).toBeUndefined();
    });

    test("a later put under the same key wins", async () => {
      await blobs.put("inputs/1", Buffer.from("first"), "text/plain");
      await blobs.put("inputs/1", Buffer.from("second"), "text/plain");
      expect(Buffer.from((await blobs.get("inputs/1")) ?? []).toString()).toBe("second");
    });

    test("a removed blob is absent, and may be removed again", async () => {
      await blobs.put("inputs/3", Buffer.from("here"), "text/plain");
      await blobs.put("inputs/3/beside", Buffer.from("stays"), "text/plain");
      await blobs.remove("inputs/3");
      await blobs.remove("inputs/3");
      expect(await blobs.get("inputs/3")).toBeUndefined();
      expect(Buffer.from((await blobs.get("inputs/3/beside")) ?? []).toString()).toBe("stays");
    });

    test("changing a body after it was stored does not change the stored one", async () => {
      const body = Buffer.from("before");
      await blobs.put("inputs/2", body, "text/plain");
      body.write("after!");
      expect(Buffer.from((await blobs.get("inputs/2")) ?? []).toString()).toBe("before");
    });

    test("a download URL gives the blob and its type to any caller", async () => {
      await blobs.put("results/1", Buffer.from('{"ok":true}'), "application/json");
      const response = await fetch(await blobs.downloadUrl("results/1", 60));
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await response.text()).toBe('{"ok":true}');
    });

    test("a stream gives the bytes, their number and their type", async () => {
      const body = Buffer.alloc(300_000, "0123456789");
      await blobs.put("uploads/long", body, "text/csv");
      const stream = await blobs.stream("uploads/long");
      expect(stream).toMatchObject({ bytes: 300_000, contentType: "text/csv" });
      expect((stream ? await buffer(stream.body) : undefined)?.equals(body)).toBe(true);
      expect(await blobs.stream("uploads/not there")).toBeUndefined();
    });

    test("the stream of an empty blob ends at once", async () => {
      await blobs.put("uploads/nothing", new Uint8Array(), "text/plain");
      const stream = await blobs.stream("uploads/nothing");
      expect(stream?.bytes).toBe(0);
      expect(stream && (await buffer(stream.body)).byteLength).toBe(0);
    });

    test("a stream resumes at any byte of its content, and not in another one", async () => {
      const body = Buffer.from("first line\nsecond line\n");
      await blobs.put("imports/lines", body, "text/plain");
      const etag = createHash("md5").update(body).digest("hex");
      const rest = async (from: number) => {
        const stream = await blobs.stream("imports/lines", { from, etag });
        expect(stream?.bytes ?? 0).toBe(stream ? body.byteLength - from : 0);
        return stream && String(await buffer(stream.body));
      };
      expect(await rest(0)).toBe("first line\nsecond line\n");
      expect(await rest(11)).toBe("second line\n");
      await blobs.put("imports/lines", Buffer.from("another line\n"), "text/plain");
      expect(await rest(0)).toBeUndefined();
      expect(await blobs.stream("imports/gone", { from: 0, etag })).toBeUndefined();
    });

    test("any holder of an upload URL can store the blob with it", async () => {
      const { url, headers } = await blobs.uploadUrl("uploads/put", 60, { contentType: "text/plain", bytes: 5 });
      expect(headers).toEqual({ "content-type": "text/plain", "if-none-match": "*" });
      expect(await made.upload(url, Buffer.from("hello"), headers)).toBe(200);
      expect(Buffer.from((await blobs.get("uploads/put")) ?? []).toString()).toBe("hello");
      expect((await blobs.stream("uploads/put"))?.contentType).toBe("text/plain");
    });

    test("a replace URL stores what is put there, each time anew", async () => {
      const url = await blobs.replaceUrl("results/live", 60);
      for (const text of ["one", "another"]) {
        expect(await made.upload(url, Buffer.from(text), { "content-type": "application/json" })).toBe(200);
        expect(Buffer.from((await blobs.get("results/live")) ?? []).toString()).toBe(text);
      }
    });

    test("an upload URL without a type accepts a blob of any type", async () => {
      const { url, headers } = await blobs.uploadUrl("uploads/any", 60, { bytes: 8 });
      expect(headers).toEqual({ "if-none-match": "*" });
      expect(await made.upload(url, Buffer.from("anything"), { ...headers, "content-type": "image/gif" })).toBe(200);
      expect(Buffer.from((await blobs.get("uploads/any")) ?? []).toString()).toBe("anything");
    });
  });
}
