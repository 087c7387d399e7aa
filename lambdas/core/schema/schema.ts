import { distance } from "fastest-levenshtein";
import * as z from "zod";
import type { Fault } from "../errors.ts";
import "./plain-faults.ts";

/** ` Did you mean "x"?` if a known name starts with the given one or is similar to it, ignoring case; else an empty string. */
export function didYouMean(name: string, known: readonly string[]): string {
  const plain = name.toLowerCase();
  const longer = plain.length >= 3 ? known.find((other) => other.toLowerCase().startsWith(plain)) : undefined;
  const away = (other: string) => distance(plain, other.toLowerCase());
  const near = longer ?? known.toSorted((one, other) => away(one) - away(other)).find((other) => isAlike(plain, other));
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/** Names are similar with at most one edit in three letters, or with the same letters in another order. */
function isAlike(plain: string, other: string): boolean {
  const known = other.toLowerCase();
  const shorter = Math.min(plain.length, known.length);
  const letters = (text: string) => [...text].toSorted().join("");
  return (
    distance(plain, known) <= Math.min(shorter - 1, Math.max(1, Math.floor(shorter / 3))) ||
    (shorter > 2 && letters(plain) === letters(known))
  );
}

const perKey = "\n";

/**
 * An object that refuses unknown fields, and suggests the known field that may be meant. `others` maps names that are common
 * elsewhere, in lower-case letters, to the field that has their meaning here.
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, others: Record<string, keyof Shape & string> = {}) {
  const unknown = (key: string) => {
    const other = key.toLowerCase().replaceAll(/[^a-z]/g, "");
    const hint = Object.hasOwn(others, other)
      ? ` Did you mean "${others[other]}"?`
      : didYouMean(key, Object.keys(shape));
    return `unknown field.${hint}`;
  };
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? issue.keys.map(unknown).join(perKey) : undefined),
  });
}

/** Whether a string can be stored unchanged: a lone surrogate has no UTF-8 encoding. */
export const wellFormed = (text: string): boolean => text.isWellFormed();
export const notWellFormed = "is not well-formed Unicode";

/** RFC 6901. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** The steps of a pointer; those of lists are digits. */
export const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

export type Path = readonly PropertyKey[];

/** A fault with its path instead of a pointer. */
export interface PlacedFault {
  path: Path;
  detail: string;
  /** Whether the schema does not know the field. */
  isUnknown: boolean;
}

export const faultsOf = (error: z.ZodError, prefix: Path = []): Fault[] =>
  placedFaultsOf(error).map(({ path, detail }) => ({ pointer: jsonPointer([...prefix, ...path]), detail }));

/** Zod's issues as faults; an issue about several unknown keys becomes one fault per key. Values are never quoted. */
export function placedFaultsOf(error: z.ZodError): PlacedFault[] {
  const mistyped = new Set(
    error.issues.flatMap(({ code, path }) => (code === "invalid_type" ? jsonPointer(path) : [])),
  );
  return error.issues.flatMap((issue): PlacedFault[] => {
    // Zod checks the length of anything that has one, also of a string where a list belongs.
    if (/^too_/.test(issue.code ?? "") && mistyped.has(jsonPointer(issue.path))) return [];
    if (issue.code === "unrecognized_keys") {
      const details = issue.message.split(perKey);
      return issue.keys.map((key, i) => ({
        path: [...issue.path, key],
        detail: details.length === issue.keys.length ? (details[i] as string) : "unknown field.",
        isUnknown: true,
      }));
    }
    return [{ path: issue.path, detail: issue.message, isUnknown: false }];
  });
}
