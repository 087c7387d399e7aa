import { valuesIn } from "../../../../core/schema/json-values.ts";
import { sentBytes } from "../../../../core/schema/sizes.ts";
import { jsonSafe } from "./json-safe.ts";

/** Bytes that a result may have in an answer of Lambda; with what is around them, a finished job still fits into one. */
export const maxResultBytes = 4 * 1024 * 1024;
/** Values that they may have: a row may be a document of many small ones, which take far more memory than bytes of JSON. */
export const maxResultValues = 200_000;
export const defaultMaxRows = 1000;

/** Takes rows until there are enough, and counts the rest without keeping them. */
export function collector(maxRows: number = defaultMaxRows, maxBytes: number = maxResultBytes) {
  const rows: unknown[] = [];
  let bytes = 0;
  let values = 0;
  let truncated = false;
  return {
    rows,
    /** Whether rows were left out. */
    isTruncated: () => truncated,
    /** False once there are enough: whoever can stop reading may. */
    add(row: unknown): boolean {
      if (truncated) return false;
      const safe = jsonSafe(row);
      const json = Buffer.from(JSON.stringify(safe));
      bytes += sentBytes(json) + 1;
      values += valuesIn(json);
      truncated = rows.length >= maxRows || bytes > maxBytes || values > maxResultValues;
      if (!truncated) rows.push(safe);
      return !truncated;
    },
  };
}
