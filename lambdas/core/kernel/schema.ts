import { distance } from "fastest-levenshtein";
import * as z from "zod";
import type { Fault } from "./errors.ts";
import "./plain-faults.ts";

/** A longer name is no misspelling, and comparing it with the known ones would take long. */
const longestMisspelt = 64;

/** ` Did you mean "x"?` if a known name starts with the given one or is similar to it, ignoring case; else an empty string. */
export function didYouMean(name: string, known: readonly string[]): string {
  if (name.length > longestMisspelt) return "";
  const plain = name.toLowerCase();
  const longer = plain.length >= 3 ? known.find((other) => other.toLowerCase().startsWith(plain)) : undefined;
  const near = longer ?? nearest(plain, known);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/** The known name with the fewest edits among those that are similar. */
function nearest(plain: string, known: readonly string[]): string | undefined {
  const found = known
    .map((name) => ({ name, edits: editsTo(plain, name.toLowerCase()) }))
    .filter(({ edits }) => edits !== undefined);
  return found.toSorted((one, other) => Number(one.edits) - Number(other.edits))[0]?.name;
}

/**
 * The edits between two names that are similar: at most one in three letters, or the same letters in another order. Undefined for
 * others, most of which are told by their lengths.
 */
function editsTo(plain: string, known: string): number | undefined {
  const shorter = Math.min(plain.length, known.length);
  const most = Math.min(shorter - 1, Math.max(1, Math.floor(shorter / 3)));
  if (Math.abs(plain.length - known.length) > most) return undefined;
  const edits = distance(plain, known);
  const letters = (text: string) => [...text].toSorted().join("");
  return edits <= most || (shorter > 2 && letters(plain) === letters(known)) ? edits : undefined;
}

/** The hints of one object: a request with more unknown fields has a systematic fault, which the first ones show. */
export const mostHints = 100;

const perKey = "\n";
const unknownField = "unknown field.";

/** An answer shows fewer faults than this, so there is no need to look for more. */
export const faultSearchLimit = 1000;

/**
 * An object that refuses unknown fields, and suggests the known field that may be meant. `others` maps names that are common
 * elsewhere, in lower-case letters, to the field that has their meaning here.
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, others: Record<string, keyof Shape & string> = {}) {
  const unknown = (key: string, i: number) => {
    if (i >= mostHints || key.length > longestMisspelt) return unknownField;
    const other = key.toLowerCase().replaceAll(/[^a-z]/g, "");
    const hint = Object.hasOwn(others, other)
      ? ` Did you mean "${others[other]}"?`
      : didYouMean(key, Object.keys(shape));
    return unknownField + hint;
  };
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys
            .slice(0, faultSearchLimit + 1)
            .map(unknown)
            .join(perKey)
        : undefined,
  });
}

/** What `faultsOf` finds in the items, up to the number of faults that is reported. */
export function firstFaults<Item, Found>(items: Iterable<Item>, faultsIn: (item: Item, i: number) => Found[]): Found[] {
  const found: Found[] = [];
  let i = 0;
  for (const item of items) {
    found.push(...faultsIn(item, i++));
    if (found.length > faultSearchLimit) break;
  }
  return found;
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
interface PlacedFault {
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
  // One more than the limit, so that a search for further faults knows when to stop.
  return error.issues.slice(0, faultSearchLimit + 1).flatMap((issue): PlacedFault[] => {
    // Zod checks the length of anything that has one, also of a string where a list belongs.
    if (/^too_/.test(issue.code ?? "") && mistyped.has(jsonPointer(issue.path))) return [];
    if (issue.code === "unrecognized_keys") {
      const details = issue.message.split(perKey);
      const keys = issue.keys.slice(0, faultSearchLimit + 1);
      return keys.map((key, i) => ({
        path: [...issue.path, key],
        detail: details.length === keys.length ? (details[i] as string) : unknownField,
        isUnknown: true,
      }));
    }
    return [{ path: issue.path, detail: issue.message, isUnknown: false }];
  });
}
