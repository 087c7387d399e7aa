import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { codeOf, StartError } from "../runtime/start-error.ts";

export interface OffsetFile {
  /** By how many milliseconds the clock was ahead after its last move. */
  offset: number;
  /** Must be called before the time is moved: the clock may never be behind the timestamps of jobs. */
  keep(offset: number): void;
}

/** Keeps the clock's offset across restarts, as jobs with its timestamps are kept. */
export function openOffsetFile(file: string): OffsetFile {
  return {
    offset: read(file),
    keep: (offset) => {
      writeFileSync(`${file}.new`, `${JSON.stringify({ offset_ms: offset })}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

function read(file: string): number {
  try {
    const { offset_ms } = JSON.parse(readFileSync(file, "utf8")) as { offset_ms?: unknown };
    if (typeof offset_ms === "number" && Number.isSafeInteger(offset_ms) && offset_ms >= 0) return offset_ms;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
  }
  throw new StartError(
    `${file} does not contain the offset of the local clock. Write {"offset_ms": N} into it, where N is in milliseconds, or delete the data folder with all its jobs.`,
  );
}
