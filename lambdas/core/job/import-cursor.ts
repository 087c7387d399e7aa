import { createHash } from "node:crypto";
import * as z from "zod";
import { importPrefix, reportPrefix } from "../../topology.ts";

const Count = z.int().min(0);

/** How far the import of an object has come: all that is kept of one between two invocations. */
export const ImportCursor = z.strictObject({
  v: z.literal(1),
  /** Of the object, in the payload bucket. */
  key: z.string().startsWith(importPrefix),
  /** Of its content: an object that was replaced meanwhile is another one. */
  etag: z.string().min(1),
  /** In bytes. */
  size: Count,
  /** When it was put, epoch milliseconds: `start_at: 0` means then, however often a line is read. */
  put_at: Count,
  /** The byte at which the next line begins, and how many lines lie before it, blank ones included. */
  offset: Count,
  lines: Count,
  /** Parts of the report that are written. */
  parts: Count,
  scheduled: Count,
  rejected: Count,
});
export type ImportCursor = z.infer<typeof ImportCursor>;

export const beginningOf = (object: Pick<ImportCursor, "key" | "etag" | "size" | "put_at">): ImportCursor => ({
  v: 1,
  ...object,
  offset: 0,
  lines: 0,
  parts: 0,
  scheduled: 0,
  rejected: 0,
});

/**
 * What a line is called: the name of its job where it has no idempotency key. The same content under the same name is the
 * same import, also when it is put again.
 */
export const lineId = ({ key, etag }: Pick<ImportCursor, "key" | "etag">, line: number): string =>
  `${createHash("sha256")
    .update(JSON.stringify([key, etag]))
    .digest("base64url")}:${line}`;

/** Bytes of a key of S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;
/** Room for the name of any file of a report (`intake/import/report.ts`). */
const longestFile = 40;

/**
 * The folder of an import's report: the object's path and, for each content that it has had, a folder below. A path that
 * would leave no room for the report's files is cut, and a hash of the whole stands for the rest.
 */
export function reportFolder({ key, etag }: Pick<ImportCursor, "key" | "etag">): string {
  const path = key.slice(importPrefix.length);
  const content = etag.replaceAll(/[^\w-]/g, "").slice(0, 64);
  const room = longestKey - Buffer.byteLength(`${reportPrefix}/${content}/`) - longestFile;
  return `${reportPrefix}${fitted(path, room)}/${content}/`;
}

function fitted(path: string, room: number): string {
  const bytes = Buffer.from(path);
  if (bytes.byteLength <= room) return path;
  const rest = `~${createHash("sha256").update(path).digest("base64url")}`;
  // Decoded as a stream, a character that the cut divides is left out.
  return new TextDecoder().decode(bytes.subarray(0, room - rest.length), { stream: true }) + rest;
}
