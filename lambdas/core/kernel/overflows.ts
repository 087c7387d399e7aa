import type { Fault } from "./errors.ts";
import { isInexact } from "./exact-json.ts";
import { firstFaults, jsonPointer } from "./schema.ts";

/**
 * Numbers that would be stored as other values: JSON.parse reads 1e400 as Infinity, which JSON writes as null, and rounds a
 * whole number beyond 2^53 to the nearest JavaScript number.
 */
export function overflows(value: unknown, path: readonly string[]): Fault[] {
  const fault = (detail: string) => [{ pointer: jsonPointer(path), detail }];
  if (isInexact(value)) return fault("is a whole number beyond 2^53, which would be rounded: send it as a string");
  if (typeof value === "number") return Number.isFinite(value) ? [] : fault("is too large a number");
  if (typeof value !== "object" || value === null) return [];
  // A file's bytes may be millions of numbers, so a small number must cost no more than this check.
  const keys = Object.keys(value).filter((key) => needsLook((value as Record<string, unknown>)[key]));
  return firstFaults(keys, (key) => overflows((value as Record<string, unknown>)[key], [...path, key]));
}

const needsLook = (value: unknown): boolean =>
  typeof value === "object" || (typeof value === "number" ? !(Math.abs(value) < 2 ** 53) : typeof value === "bigint");
