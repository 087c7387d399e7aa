import type { Readable } from "node:stream";

/** A file to upload. */
export interface File {
  key: string;
  body: Buffer | Readable;
  bytes: number;
  mimeType: string;
  /** The caller's own. */
  metadata: Record<string, string>;
  /** The run that stores it, which is kept with the object, so that a repeated attempt recognises its own file. */
  run: string;
}

export interface StoredFile {
  etag: string;
  bytes: number;
  /** The run that stored it, if a job did. */
  run: string | undefined;
}

/** A bucket of any vendor. It throws the vendor's own errors; `faults.ts` says what they mean. */
export interface Bucket {
  name: string;
  /** Stores a file. With `onlyNew`, it does not replace an existing one. */
  put(file: File, onlyNew: boolean, signal: AbortSignal): Promise<{ etag: string } | "exists">;
  find(key: string, signal: AbortSignal): Promise<StoredFile | undefined>;
  /** The object's address, without credentials in it. */
  url(key: string): Promise<string>;
}

/** An ETag without quotes: some vendors quote them, as HTTP does, and some do not. */
export const unquotedTag = (etag: string | undefined): string => (etag ?? "").replaceAll('"', "");

/** Types that a browser shows as a page, with the scripts in them. */
const pages = new Set(["text/html", "application/xhtml+xml", "image/svg+xml", "application/xml", "text/xml"]);

/**
 * What a browser does with a file that it opens at its address: a page is saved and not shown, since it may be of a stranger, and its
 * scripts would run on the bucket's origin.
 */
export const dispositionOf = ({ mimeType }: Pick<File, "mimeType">): "attachment" | undefined =>
  pages.has(mimeType.split(";", 1)[0]?.trim().toLowerCase() ?? "") ? "attachment" : undefined;

/** The name of the metadata that contains the run. */
export const runMetadata = "ductape-run";
