import { deepestNesting, isRecord } from "./json-values.ts";
import { invalidRequest } from "./request-error.ts";
import { requestLimits } from "./request-limits.ts";

/**
 * The most values that an input may have. Each object, list, string and field counts as one. Numbers in a list, such as the bytes
 * of a Buffer, need so little memory that they are not counted. A request of 4.4 MB could have eight times as many values, which
 * would need 100 MB of memory.
 */
export const mostValues = 250_000;

/** Whether a JSON value has more than `most` values. Its nesting must have been checked before. */
export const hasMoreValues = (value: unknown, most = mostValues): boolean =>
  boundOf(value, { values: most, levels: Number.POSITIVE_INFINITY }) === "values";

/**
 * Which bound a JSON value exceeds, if any. One pass for both, which goes no deeper than the one and no further than the other: of
 * an object with very many fields it costs more to list them than to look at them.
 */
export function boundOf(
  value: unknown,
  { values, levels }: { values: number; levels: number },
): "values" | "levels" | undefined {
  let left = values;
  const visit = (one: unknown, levelsLeft: number): "values" | "levels" | undefined => {
    if (--left < 0) return "values";
    if (levelsLeft < 0) return "levels";
    if (typeof one !== "object" || one === null) return undefined;
    if (Array.isArray(one)) return visitList(one, levelsLeft - 1);
    for (const name of Object.keys(one)) {
      const bound = visit((one as Record<string, unknown>)[name], levelsLeft - 1);
      if (bound) return bound;
    }
    return undefined;
  };
  const visitList = (list: readonly unknown[], levelsLeft: number) => {
    for (const item of list) {
      const bound = typeof item === "object" || typeof item === "string" ? visit(item, levelsLeft) : undefined;
      if (bound) return bound;
    }
    return list.length > 0 && levelsLeft < 0 ? "levels" : undefined;
  };
  return visit(value, levels);
}

/** Whether a value is an object with more fields than this. */
export const hasMoreFields = (value: unknown, most: number): boolean =>
  isRecord(value) && Object.keys(value).length > most;

/** Refuses a body of any depth and width that would cost too much to check. `free` is the field that may have any number of fields. */
export function refuseTooLarge(body: unknown, free: string): void {
  const bound = boundOf(body, { values: mostValues, levels: deepestNesting });
  if (bound === "levels") {
    throw invalidRequest([{ pointer: "", detail: `is nested deeper than ${deepestNesting} levels` }]);
  }
  if (bound === "values") {
    const detail = `has more than ${mostValues} values: send larger data as an upload, or as a string`;
    throw invalidRequest([{ pointer: `/${free}`, detail }]);
  }
  refuseManyFields(body, free);
}

/**
 * Refuses a request of which an object has very many fields: those of its schema are few, and to say of each other one that it is
 * unknown costs more than it helps. Bounds come before all that is kind to a caller. `free` may have any number.
 */
export function refuseManyFields(body: unknown, free?: string): void {
  const parts = Object.entries(isRecord(body) && !hasMoreFields(body, requestLimits.fields) ? body : {});
  const faults = [["", body] as const, ...parts.map(([name, part]) => [`/${name}`, name === free ? {} : part] as const)]
    .filter(([, part]) => hasMoreFields(part, requestLimits.fields))
    .map(([pointer]) => ({ pointer, detail: `has more than ${requestLimits.fields} fields` }));
  if (faults.length > 0) throw invalidRequest(faults);
}
