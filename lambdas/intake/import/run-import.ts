import type { ImportCursor } from "../../core/job/import-cursor.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import type { IntakeServices } from "../services.ts";
import { groupsOf, type ImportLine, linesOf } from "./lines.ts";
import { writePart, writeSummary } from "./report.ts";
import { type LineReport, longestLine, scheduleLines } from "./schedule-lines.ts";

/** Lines are parsed and scheduled one group at a time, so that reading never gets far ahead of AWS. */
const largestGroup = { items: 100, bytes: 4_000_000 };

/** The most lines per invocation: limits what is repeated after a crash, and how much of the report is in memory. */
export const mostLines = 10_000;

/** Seconds until an interrupted import continues. */
const pauseSeconds = 30;

/** What one invocation did of an import. */
interface Slice {
  cursor: ImportCursor;
  reports: LineReport[];
  /** The error that stopped it. What was done until then counts. */
  interrupted?: unknown;
}

/**
 * Continues an import from its cursor until the end of the object, the time `stopAt` or `mostLines` lines. Then it writes a
 * part of the report, and either the summary or a message that continues the import. Repeating it has the same result. Throws
 * if it made no progress.
 */
export async function runImport(services: IntakeServices, cursor: ImportCursor, stopAt: number): Promise<void> {
  const { blobs, clock, log, imports } = services;
  const { key, etag, offset: from, size } = cursor;
  if (from > size) throw new Error(`an import cannot continue at byte ${from} of ${size}`);
  const object = from < size ? await blobs.stream(key, { from, etag }) : undefined;
  if (!object && from < size) {
    log.warn("an import ends early: its object was deleted or replaced", { key, lines: cursor.lines });
    return writeSummary(blobs, cursor, "gone", clock.now());
  }
  if (object && object.bytes !== size - from) {
    object.body.destroy();
    throw new Error(`the object has ${object.bytes} bytes after byte ${from} of ${size}`);
  }
  const slice = object ? await runSlice(services, cursor, object.body, stopAt) : { cursor, reports: [] };
  const { interrupted, reports } = slice;
  if (interrupted !== undefined && slice.cursor.offset === from) throw interrupted;
  const reached = { ...slice.cursor, parts: cursor.parts + (reports.length > 0 ? 1 : 0) };
  if (reports.length > 0) await writePart(blobs, cursor, reached, reports);
  if (reached.offset !== size) return imports.proceed(reached, interrupted === undefined ? 0 : pauseSeconds);
  await writeSummary(blobs, reached, "finished", clock.now());
  log.info("an import is finished", { key, lines: reached.lines, scheduled: reached.scheduled });
}

async function runSlice(
  services: IntakeServices,
  start: ImportCursor,
  body: AsyncIterable<Uint8Array>,
  stopAt: number,
): Promise<Slice> {
  const slice: Slice = { cursor: start, reports: [] };
  const lines = linesOf(body, start, longestLine);
  try {
    for await (const group of groupsOf(lines, largestGroup, ({ bytes }) => bytes?.byteLength ?? 0)) {
      const reports = await scheduleLines(services, start, group);
      if (!reports) return { ...slice, interrupted: new Error("some lines of an import failed at every try") };
      for (const report of reports) slice.reports.push(report);
      slice.cursor = cursorAfter(slice.cursor, group, reports);
      const done = slice.cursor.lines - start.lines;
      if (done >= mostLines || services.clock.now() >= stopAt) return slice;
    }
    return slice;
  } catch (error) {
    services.log.warn("an import was interrupted", { key: start.key, lines: slice.cursor.lines, ...traceOf(error) });
    return { ...slice, interrupted: error };
  }
}

function cursorAfter(cursor: ImportCursor, group: readonly ImportLine[], reports: readonly LineReport[]): ImportCursor {
  const last = group.at(-1) as ImportLine;
  const rejected = reports.filter((report) => "code" in report).length;
  return {
    ...cursor,
    offset: last.end,
    lines: last.number,
    scheduled: cursor.scheduled + reports.length - rejected,
    rejected: cursor.rejected + rejected,
  };
}
