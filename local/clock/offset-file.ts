import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { codeOf, StartError } from "../runtime/start-error.ts";

export interface OffsetFile {
  /** Milliseconds that the clock was moved ahead by when it was last moved. */
  offset: number;
  /** Must be kept before the time is moved: jobs that are stamped with it may never meet an earlier one. */
  keep(offset: number): void;
}

/** What the clock was moved by survives the process, as the jobs do that were stamped with its time. */
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
    `${file} does not say what the local clock was moved by. Write {"offset_ms": N} into it, N being milliseconds, or delete the data folder, with all jobs in it.`,
  );
}
