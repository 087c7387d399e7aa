import { traceOf } from "../../core/errors.ts";
import type { ImportCursor } from "../../core/job/import-cursor.ts";
import type { IntakeServices } from "../services.ts";
import { groupsOf, type Line, linesOf } from "./lines.ts";
import { writePart, writeSummary } from "./report.ts";
import { type LineReport, longestLine, scheduleLines } from "./schedule-lines.ts";

/** What is read ahead of AWS: one group is parsed and scheduled at a time. */
const largestGroup = { items: 100, bytes: 4_000_000 };

/** Lines that one invocation works on: bounds what a crash makes it do again, and the part of the report in memory. */
export const mostLines = 10_000;

/** Before an import goes on that AWS or the object's stream has interrupted. */
const pauseSeconds = 30;

/** What an invocation has done of an import. */
interface Slice {
  place: ImportCursor;
  reports: LineReport[];
  /** What kept it from going on; the work that was done stays done. */
  interrupted?: unknown;
}

/**
 * Goes on with an import from a place until it is at its end, `stopAt` has come or `mostLines` are done; then writes a part
 * of the report and the summary, or lets the import go on by a message. All of it may happen twice and comes to the same.
 * Throws where nothing at all could be done.
 */
export async function runImport(services: IntakeServices, place: ImportCursor, stopAt: number): Promise<void> {
  const { blobs, clock, log, imports } = services;
  const { key, etag, offset: from, size } = place;
  if (from > size) throw new Error(`an import cannot go on at byte ${from} of ${size}`);
  const object = from < size ? await blobs.stream(key, { from, etag }) : undefined;
  if (!object && from < size) {
    log.warn("an import ends early: its object was deleted or replaced", { key, lines: place.lines });
    return writeSummary(blobs, place, "gone", clock.now());
  }
  if (object && object.bytes !== size - from) {
    object.body.destroy();
    throw new Error(`from byte ${from} of ${size} on the object has ${object.bytes} bytes`);
  }
  const slice = object ? await runSlice(services, place, object.body, stopAt) : { place, reports: [] };
  const { interrupted, reports } = slice;
  if (interrupted !== undefined && slice.place.offset === from) throw interrupted;
  const reached = { ...slice.place, parts: place.parts + (reports.length > 0 ? 1 : 0) };
  if (reports.length > 0) await writePart(blobs, place, reached, reports);
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
  const slice: Slice = { place: start, reports: [] };
  const lines = linesOf(body, start, longestLine);
  try {
    for await (const group of groupsOf(lines, largestGroup, ({ bytes }) => bytes?.byteLength ?? 0)) {
      const reports = await scheduleLines(services, start, group);
      if (!reports) return { ...slice, interrupted: new Error("some lines of an import were refused at every try") };
      for (const report of reports) slice.reports.push(report);
      slice.place = after(slice.place, group, reports);
      const done = slice.place.lines - start.lines;
      if (done >= mostLines || services.clock.now() >= stopAt) return slice;
    }
    return slice;
  } catch (error) {
    services.log.warn("an import was interrupted", { key: start.key, lines: slice.place.lines, ...traceOf(error) });
    return { ...slice, interrupted: error };
  }
}

function after(place: ImportCursor, group: readonly Line[], reports: readonly LineReport[]): ImportCursor {
  const last = group.at(-1) as Line;
  const rejected = reports.filter((report) => "code" in report).length;
  return {
    ...place,
    offset: last.end,
    lines: last.number,
    scheduled: place.scheduled + reports.length - rejected,
    rejected: place.rejected + rejected,
  };
}
