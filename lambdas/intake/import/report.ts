import { type ImportCursor, reportFolder } from "../../core/job/import-cursor.ts";
import type { BlobStore } from "../../core/ports/ports.ts";
import type { LineReport } from "./schedule-lines.ts";

/**
 * Writes the part of the report between two places. It is named by its lines: two deliveries of the same import may stop at
 * different lines, and neither may overwrite what the other has written. Written twice it is the same object.
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

/** Sorts by number: an object has fewer lines than this has digits for. */
const lineName = (line: number) => String(line).padStart(12, "0");

/** Says that an import has ended, and how: `gone` where its object was deleted or replaced before. */
export async function writeSummary(
  blobs: BlobStore,
  place: ImportCursor,
  status: "finished" | "gone",
  now: number,
): Promise<void> {
  const { key, etag, scheduled, rejected, parts } = place;
  // Blank lines are no requests, and count for nothing.
  const lines = scheduled + rejected;
  const summary = { status, key, etag, lines, scheduled, rejected, parts, finished_at: now };
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  await blobs.put(`${reportFolder(place)}summary.json`, Buffer.from(text), "application/json");
}
