import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { BlobStore } from "../../../lambdas/core/ports/blob-store.ts";

export interface FakeBlobStore extends BlobStore {
  blobs: Map<string, { body: Uint8Array; contentType: string }>;
  /** Acts as S3 does on a PUT to an upload URL; returns the status of the answer. */
  receive(url: string, body: Uint8Array, contentType?: string): number;
}

/** Blobs in memory; their download URLs hold the bytes themselves, so that `fetch` works on them. */
export function fakeBlobStore(): FakeBlobStore {
  const blobs: FakeBlobStore["blobs"] = new Map();
  return {
    blobs,
    async put(key, body, contentType) {
      blobs.set(key, { body: Uint8Array.from(body), contentType });
    },
    async get(key) {
      const blob = blobs.get(key);
      return blob && Uint8Array.from(blob.body);
    },
    async remove(key) {
      blobs.delete(key);
    },
    async stream(key, rest) {
      const blob = blobs.get(key);
      if (!blob || (rest && etagOf(blob.body) !== rest.etag)) return undefined;
      const { contentType } = blob;
      const body = blob.body.subarray(rest?.from ?? 0);
      return { body: Readable.from(chunksOf(body), { objectMode: false }), bytes: body.byteLength, contentType };
    },
    async downloadUrl(key) {
      const { body, contentType } = blobs.get(key) ?? { body: new Uint8Array(), contentType: "text/plain" };
      return `data:${contentType};base64,${Buffer.from(body).toString("base64")}`;
    },
    async uploadUrl(key, _seconds, exactly) {
      const { contentType } = exactly;
      const headers = { ...(contentType !== undefined && { "content-type": contentType }), "if-none-match": "*" };
      return { url: `memory:${JSON.stringify({ key, ...exactly })}`, headers };
    },
    replaceUrl: async (key) => `memory:${JSON.stringify({ key, replaces: true, bytes: -1 })}`,
    receive(url, body, contentType) {
      const asked = JSON.parse(url.slice("memory:".length));
      if (asked.replaces) {
        blobs.set(asked.key, { body: Uint8Array.from(body), contentType: contentType ?? "application/octet-stream" });
        return 200;
      }
      const differs = (asked.contentType ?? contentType) !== contentType || asked.bytes !== body.byteLength;
      if (differs) return 403;
      if (blobs.has(asked.key)) return 412;
      blobs.set(asked.key, { body: Uint8Array.from(body), contentType: contentType ?? "application/octet-stream" });
      return 200;
    },
  };
}

/** The ETag that S3 gives a blob that was uploaded in one piece. */
export const etagOf = (body: Uint8Array): string => createHash("md5").update(body).digest("hex");

/** Splits the bytes into pieces, as a network delivers them. */
function* chunksOf(body: Uint8Array, size = 16_384) {
  for (let at = 0; at < body.byteLength; at += size) yield body.slice(at, at + size);
}
