import type * as z from "zod";
import type { Fault } from "./errors.ts";
import { faultSearchLimit, jsonPointer, type Path, placedFaultsOf } from "./schema.ts";

/** The faults of a value, and the rest of the value without its faulty parts. */
export interface Findings<Output> {
  /** Empty if the value is valid. */
  faults: Fault[];
  /** The parsed rest, for further checks; undefined if no valid rest is left. */
  data?: Output;
  /** The rest before it was parsed. */
  rest?: unknown;
  /** The parts that were left out, except unknown fields: other parts may refer to them. */
  lost: Path[];
}

/** Each round parses the whole value, and finds what the round before it hid. */
const mostRounds = 30;

/**
 * Every fault of a value. A schema alone reports fewer: as long as one field is wrong, it checks no rule between fields, and
 * nothing beyond the schema is checked either. So the wrong parts are removed, and the rest is parsed again.
 */
export function findFaults<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  prefix: Path = [],
): Findings<z.output<Schema>> {
  const faults: Fault[] = [];
  const reported = new Set<string>();
  const lost: Path[] = [];
  let rest = value;
  for (let round = 0; ; round++) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { faults, data: parsed.data, rest, lost };
    const found = placedFaultsOf(parsed.error).map((fault) => ({ ...fault, pointer: jsonPointer(fault.path) }));
    const fresh = found.filter(({ pointer }) => !reported.has(pointer));
    faults.push(...fresh.map((fault) => under(prefix, fault)));
    if (faults.length > faultSearchLimit || round > mostRounds) return { faults, lost };
    // A part that needs a removed part is removed too.
    const wrong =
      fresh.length > 0 ? fresh : found.map((fault) => ({ ...fault, path: nearestExisting(rest, fault.path) }));
    const removed = wrong.map(({ path, isUnknown }) => ({ path: outOfLists(rest, path), isUnknown }));
    if (removed.some(({ path }) => path.length === 0)) return { faults, lost };
    for (const { path, isUnknown } of removed) {
      if (!isUnknown && valueAt(rest, path) !== undefined) lost.push(path);
      // A later fault of an enclosing part is only about the field that was removed, whose own fault is reported.
      for (const one of isUnknown ? [path] : enclosingPaths(path)) reported.add(jsonPointer(one));
    }
    rest = withoutPaths(rest, treeOf(removed.map(({ path }) => path)));
  }
}

/** A fault of a part, as one of the whole that has the part at `path`. */
export const under = (path: Path, { pointer, detail }: Fault): Fault => ({
  pointer: jsonPointer(path) + pointer,
  detail,
});

/** A path and all paths that enclose it. */
const enclosingPaths = (path: Path): Path[] => path.map((_, i) => path.slice(0, i + 1)).concat([[]]);

/** The faults that are not about a part of which a known fault is, nor about something within it. */
export function uncovered<One extends Fault>(faults: readonly One[], known: readonly Fault[]): One[] {
  const places = new Set(known.map(({ pointer }) => pointer));
  return faults.filter(({ pointer }) => !enclosingPointers(pointer).some((one) => places.has(one)));
}

/** A pointer and those of all parts that enclose it. */
export function enclosingPointers(pointer: string): string[] {
  const ends = Array.from(pointer.matchAll(/\//g), ({ index }) => index);
  return [...ends.map((end) => pointer.slice(0, end)), pointer];
}

/** What stands at a path within a value; undefined where there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  const [step, ...others] = path;
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return valueAt((value as Record<PropertyKey, unknown>)[step], others);
}

/** The path itself if the value has something there, else the nearest enclosing one that exists: each round removes something. */
const nearestExisting = (value: unknown, path: Path): Path =>
  path.length === 0 || valueAt(value, path) !== undefined ? path : nearestExisting(value, path.slice(0, -1));

/** The path of the list for an entry of a list, which is removed with it: the indexes of later entries would change. */
function outOfLists(value: unknown, path: Path): Path {
  return path.length > 0 && Array.isArray(valueAt(value, path.slice(0, -1)))
    ? outOfLists(value, path.slice(0, -1))
    : path;
}

/** The paths to remove as a tree. `all` removes everything below a step. */
type Tree = Map<PropertyKey, Tree | "all">;

function treeOf(paths: readonly Path[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    let tree = root;
    for (const [i, step] of path.entries()) {
      const below = tree.get(step) ?? new Map();
      if (below === "all") break;
      tree.set(step, i === path.length - 1 ? "all" : below);
      tree = below;
    }
  }
  return root;
}

/** A copy without the given paths. Fields are defined and not assigned, so that a field named `__proto__` stays a field. */
function withoutPaths(value: unknown, paths: Tree): unknown {
  if (typeof value !== "object" || value === null) return value;
  const left = (field: unknown, step: PropertyKey): unknown => {
    const below = paths.get(step);
    return below instanceof Map ? withoutPaths(field, below) : field;
  };
  if (Array.isArray(value)) return value.map(left);
  const kept = Object.entries(value).filter(([key]) => paths.get(key) !== "all");
  return Object.fromEntries(kept.map(([key, field]) => [key, left(field, key)]));
}
