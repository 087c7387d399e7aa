import type { Readable } from "node:stream";

/** A file on its way. */
export interface File {
  key: string;
  body: Buffer | Readable;
  bytes: number;
  mimeType: string;
  /** The run that stores it: kept with the object, so that a repeated attempt knows its own. */
  run: string;
}

export interface StoredFile {
  etag: string;
  bytes: number;
  /** The run that stored it, if a job did. */
  run: string | undefined;
}

/** A bucket of any vendor. Its errors are the vendor's own; `faults.ts` says what they mean. */
export interface Bucket {
  name: string;
  /** Stores a file; with `onlyNew` not over another one. */
  put(file: File, onlyNew: boolean, signal: AbortSignal): Promise<{ etag: string } | "exists">;
  find(key: string, signal: AbortSignal): Promise<StoredFile | undefined>;
  /** The object's address, without credentials in it. */
  url(key: string): Promise<string>;
}

/** Vendors quote ETags as HTTP does, or not. */
export const unquoted = (etag: string | undefined): string => (etag ?? "").replaceAll('"', "");

/** The metadata that holds the run. */
export const runMetadata = "ductape-run";
