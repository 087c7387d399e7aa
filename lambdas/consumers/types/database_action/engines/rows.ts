import { valuesIn } from "../../../../core/kernel/json-values.ts";
import { sentBytes } from "../../../../core/kernel/sizes.ts";
import { jsonSafe } from "./json-safe.ts";

/** The most bytes of a result as Lambda counts them: a finished job with such a result still fits into an answer of the API. */
export const maxResultBytes = 4 * 1024 * 1024;
/** The most values of a result: a row may be a document of many small values, which take far more memory than their JSON. */
export const maxResultValues = 200_000;
export const defaultMaxRows = 1000;

/**
 * Collects rows up to the limits, and counts the rest without keeping them. The rows of a statement that `hasWritten` fail nothing,
 * whatever they are: its job must not be done again.
 */
export function collector(
  maxRows: number = defaultMaxRows,
  maxBytes: number = maxResultBytes,
  hasWritten: boolean = false,
) {
  const rows: unknown[] = [];
  let bytes = 0;
  let values = 0;
  let truncated = false;
  let tooDeep = false;
  const noteDeep = () => {
    tooDeep = true;
  };
  const take = (row: unknown): void => {
    const safe = jsonSafe(row, hasWritten ? noteDeep : undefined);
    const json = Buffer.from(JSON.stringify(safe));
    bytes += sentBytes(json) + 1;
    values += valuesIn(json);
    truncated = rows.length >= maxRows || bytes > maxBytes || values > maxResultValues;
    if (!truncated) rows.push(safe);
  };
  return {
    rows,
    /** Whether rows were dropped. */
    isTruncated: () => truncated,
    /** Whether parts that are nested too deeply were left out. */
    isTooDeep: () => tooDeep,
    /** False once a limit is reached: a caller that can stop reading may do so. */
    add(row: unknown): boolean {
      if (truncated) return false;
      try {
        take(row);
      } catch (error) {
        if (!hasWritten) throw error;
        truncated = true;
      }
      return !truncated;
    },
  };
}

export type Collector = ReturnType<typeof collector>;

/** Collects the rows of an action's statement. */
export const collectorOf = ({ operation, max_rows }: { operation: string; max_rows?: number | undefined }) =>
  collector(max_rows, maxResultBytes, !/^(read|aggregate)$/.test(operation));

/** What a result says of its rows. `too_deep` is there only if it is true. */
export const marksOf = ({ isTruncated, isTooDeep }: Collector) => ({
  truncated: isTruncated(),
  ...(isTooDeep() && { too_deep: true as const }),
});
