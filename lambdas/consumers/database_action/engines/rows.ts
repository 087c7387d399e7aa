import { jsonSafe } from "./json-safe.ts";

/** Bytes of JSON that a result may hold; with what is around them, a finished job still fits into an answer. */
export const maxResultBytes = 4 * 1024 * 1024;
export const defaultMaxRows = 1000;

/** Takes rows until there are enough, and counts the rest without keeping them. */
export function collector(maxRows: number = defaultMaxRows, maxBytes: number = maxResultBytes) {
  const rows: unknown[] = [];
  let bytes = 0;
  let truncated = false;
  return {
    rows,
    /** Whether rows were left out. */
    isTruncated: () => truncated,
    /** False once there are enough: whoever can stop reading may. */
    add(row: unknown): boolean {
      if (truncated) return false;
      const safe = jsonSafe(row);
      bytes += Buffer.byteLength(JSON.stringify(safe));
      truncated = rows.length >= maxRows || bytes > maxBytes;
      if (!truncated) rows.push(safe);
      return !truncated;
    },
  };
}
