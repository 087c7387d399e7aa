import type { BlobStore } from "../../../lambdas/core/ports.ts";

/** Blobs in memory; their download URLs hold the bytes themselves, so that `fetch` works on them. */
export function fakeBlobStore(): BlobStore & { blobs: Map<string, { body: Uint8Array; contentType: string }> } {
  const blobs = new Map<string, { body: Uint8Array; contentType: string }>();
  return {
    blobs,
    async put(key, body, contentType) {
      blobs.set(key, { body: Uint8Array.from(body), contentType });
    },
    async get(key) {
      const blob = blobs.get(key);
      return blob && Uint8Array.from(blob.body);
    },
    async downloadUrl(key) {
      const { body, contentType } = blobs.get(key) ?? { body: new Uint8Array(), contentType: "text/plain" };
      return `data:${contentType};base64,${Buffer.from(body).toString("base64")}`;
    },
  };
}
