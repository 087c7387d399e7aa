import { valuesIn } from "../../../../core/schema/json-values.ts";
import { sentBytes } from "../../../../core/schema/sizes.ts";
import { jsonSafe } from "./json-safe.ts";

/** The most bytes of a result as Lambda counts them: a finished job with such a result still fits into an answer of the API. */
export const maxResultBytes = 4 * 1024 * 1024;
/** The most values of a result: a row may be a document of many small values, which take far more memory than their JSON. */
export const maxResultValues = 200_000;
export const defaultMaxRows = 1000;

/** Collects rows up to the limits, and counts the rest without keeping them. */
export function collector(maxRows: number = defaultMaxRows, maxBytes: number = maxResultBytes) {
  const rows: unknown[] = [];
  let bytes = 0;
  let values = 0;
  let truncated = false;
  return {
    rows,
    /** Whether rows were dropped. */
    isTruncated: () => truncated,
    /** False once a limit is reached: a caller that can stop reading may do so. */
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
