import type { Readable } from "node:stream";

interface UploadUrl {
  url: string;
  /** The headers to send with the PUT, in lower case, besides Content-Length, which every HTTP client sends by itself. */
  headers: Record<string, string>;
}

/** Large inputs and results, and uploads. */
export interface BlobStore {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Deletes a blob; one that does not exist counts as success. */
  remove(key: string): Promise<void>;
  /**
   * The blob as a stream, because it may be too large for memory. The caller reads it to the end or destroys it. With `rest`,
   * starts at that byte, and returns undefined if the blob no longer has this etag.
   */
  stream(
    key: string,
    rest?: { from: number; etag: string },
  ): Promise<{ body: Readable; bytes: number; contentType?: string } | undefined>;
  /** A URL that downloads the blob without credentials for `seconds`. */
  downloadUrl(key: string, seconds: number): Promise<string>;
  /**
   * A URL that accepts a PUT of the blob without credentials for `seconds`, of exactly this many bytes and, if given, of this
   * type; a presigned PUT cannot set an upper limit. It does not replace an existing blob.
   */
  uploadUrl(key: string, seconds: number, exactly: { contentType?: string; bytes: number }): Promise<UploadUrl>;
  /**
   * A URL that accepts a PUT of the blob without credentials for `seconds`, of any size, and any number of times: for what this deployment
   * made itself.
   */
  replaceUrl(key: string, seconds: number): Promise<string>;
}
