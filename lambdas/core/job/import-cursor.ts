import { createHash } from "node:crypto";
import * as z from "zod";
import { importPrefix, reportPrefix } from "../../topology.ts";

const Count = z.int().min(0);

/** How far the import of an object has come. This is all that is kept between two invocations. */
export const ImportCursor = z.object({
  v: z.literal(1),
  /** The key of the object in the payload bucket. */
  key: z.string().startsWith(importPrefix),
  /** The etag of its content: an object that was replaced meanwhile is another import. */
  etag: z.string().min(1),
  /** The size of the object, in bytes. */
  size: Count,
  /** When it was uploaded, epoch milliseconds: what `start_at: 0` stands for, however often a line is read. */
  put_at: Count,
  /** The byte at which the next line begins, and how many lines lie before it, blank ones included. */
  offset: Count,
  lines: Count,
  /** How many parts of the report are written. */
  parts: Count,
  scheduled: Count,
  rejected: Count,
});
export type ImportCursor = z.infer<typeof ImportCursor>;

export const firstCursor = (object: Pick<ImportCursor, "key" | "etag" | "size" | "put_at">): ImportCursor => ({
  v: 1,
  ...object,
  offset: 0,
  lines: 0,
  parts: 0,
  scheduled: 0,
  rejected: 0,
});

/**
 * The name of a line: its job's idempotency key if the line has none itself. The same content under the same name is the
 * same import, even if it is uploaded again.
 */
export const lineId = ({ key, etag }: Pick<ImportCursor, "key" | "etag">, line: number): string =>
  `${createHash("sha256")
    .update(JSON.stringify([key, etag]))
    .digest("base64url")}:${line}`;

/** The longest key that S3 takes, in bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;
/** Leaves room for the name of any file of a report (`intake/import/report.ts`). */
const longestFile = 40;

/**
 * The folder of an import's report: the object's path, and below it one folder per content that the object has had. A path
 * that would leave no room for the report's files is cut, and a hash of the whole path stands for the rest.
 */
export function reportFolder({ key, etag }: Pick<ImportCursor, "key" | "etag">): string {
  const path = key.slice(importPrefix.length);
  const content = etag.replaceAll(/[^\w-]/g, "").slice(0, 64);
  const room = longestKey - Buffer.byteLength(`${reportPrefix}/${content}/`) - longestFile;
  return `${reportPrefix}${shortenedPath(path, room)}/${content}/`;
}

function shortenedPath(path: string, room: number): string {
  const bytes = Buffer.from(path);
  if (bytes.byteLength <= room) return path;
  const rest = `~${createHash("sha256").update(path).digest("base64url")}`;
  // Decoded as a stream, so that a character which the cut divides is left out.
  return new TextDecoder().decode(bytes.subarray(0, room - rest.length), { stream: true }) + rest;
}
