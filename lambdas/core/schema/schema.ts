import { distance } from "fastest-levenshtein";
import * as z from "zod";
import type { Fault } from "../errors.ts";
import "./plain-faults.ts";

/**
 * ` Did you mean "x"?` when one of the known names begins so or is near enough to be a slip of the pen, whatever its case;
 * else nothing.
 */
export function didYouMean(name: string, known: readonly string[]): string {
  const plain = name.toLowerCase();
  const longer = plain.length >= 3 ? known.find((other) => other.toLowerCase().startsWith(plain)) : undefined;
  const away = (other: string) => distance(plain, other.toLowerCase());
  const near = longer ?? known.toSorted((one, other) => away(one) - away(other)).find((other) => isAlike(plain, other));
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/** One slip in three letters, or the same letters in another order: of two short names that differ in more, none was meant. */
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
 * An object that refuses unknown fields, and says which known field the unknown one may be meant for. `others` are names that
 * are in use elsewhere, in small letters alone, each with the field that it has here.
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

/** Text that a store can keep as it is: a half of a character (a lone surrogate) has no UTF-8. */
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

/** A fault whose place can still be walked. */
export interface PlacedFault {
  path: Path;
  detail: string;
  /** Of a field that the schema does not know. */
  isUnknown: boolean;
}

export const faultsOf = (error: z.ZodError, prefix: Path = []): Fault[] =>
  placedFaultsOf(error).map(({ path, detail }) => ({ pointer: jsonPointer([...prefix, ...path]), detail }));

/** Zod's issues as faults; an issue about several unknown keys becomes one fault a key. Values are never quoted. */
export function placedFaultsOf(error: z.ZodError): PlacedFault[] {
  const mistyped = new Set(
    error.issues.flatMap(({ code, path }) => (code === "invalid_type" ? jsonPointer(path) : [])),
  );
  return error.issues.flatMap((issue): PlacedFault[] => {
    // Zod measures whatever has a length: a text where a list belongs was told how many characters a list may have.
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
