import { type ImportPlace, reportFolder } from "../../core/import-place.ts";
import type { BlobStore } from "../../core/ports.ts";
import type { LineReport } from "./schedule-lines.ts";

/** Writes the part of the report that ends at a place. Written twice it is the same object. */
export async function writePart(blobs: BlobStore, place: ImportPlace, reports: readonly LineReport[]): Promise<void> {
  const text = reports.map((report) => `${JSON.stringify(report)}\n`).join("");
  await blobs.put(`${reportFolder(place)}${partName(place.parts)}`, Buffer.from(text), "application/x-ndjson");
}

/** Sorts by number. */
const partName = (part: number) => `part-${String(part).padStart(5, "0")}.ndjson`;

/** Says that an import has ended, and how: `gone` where its object was deleted or replaced before. */
export async function writeSummary(
  blobs: BlobStore,
  place: ImportPlace,
  status: "finished" | "gone",
  now: number,
): Promise<void> {
  const { key, etag, lines, scheduled, rejected, parts } = place;
  const summary = { status, key, etag, lines, scheduled, rejected, parts, finished_at: now };
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  await blobs.put(`${reportFolder(place)}summary.json`, Buffer.from(text), "application/json");
}
