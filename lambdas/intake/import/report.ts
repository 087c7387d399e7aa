import { type ImportCursor, reportFolder } from "../../core/job/import-cursor.ts";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import type { LineReport } from "./schedule-lines.ts";

/**
 * Writes the part of the report between two cursors. Its name contains its line numbers, because two deliveries of the same
 * import may stop at different lines and must not overwrite each other's parts. Writing it twice gives the same object.
 */
export async function writePart(
  blobs: BlobStore,
  from: ImportCursor,
  to: ImportCursor,
  reports: readonly LineReport[],
): Promise<void> {
  const text = reports.map((report) => `${JSON.stringify(report)}\n`).join("");
  const name = `part-${lineName(from.lines + 1)}-${lineName(to.lines)}.ndjson`;
  await blobs.put(`${reportFolder(to)}${name}`, Buffer.from(text), "application/x-ndjson");
}

/** Padded so that names sort by number; no object has more lines than fit. */
const lineName = (line: number) => String(line).padStart(12, "0");

/** Records that an import has ended: `gone` means that its object was deleted or replaced before the end. */
export async function writeSummary(
  blobs: BlobStore,
  cursor: ImportCursor,
  status: "finished" | "gone",
  now: number,
): Promise<void> {
  const { key, etag, scheduled, rejected, parts } = cursor;
  // Blank lines are not requests and are not counted.
  const lines = scheduled + rejected;
  const summary = { status, key, etag, lines, scheduled, rejected, parts, finished_at: now };
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  await blobs.put(`${reportFolder(cursor)}summary.json`, Buffer.from(text), "application/json");
}
