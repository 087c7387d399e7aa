import type * as z from "zod";
import type { Fault } from "../errors.ts";
import { jsonPointer, type Path, placedFaultsOf } from "./schema.ts";

/** The faults of a value, and what is left of it without its faulty parts. */
export interface Findings<Output> {
  /** Empty if the value is valid. */
  faults: Fault[];
  /** The parsed rest, for further checks; undefined if no valid rest is left. */
  data?: Output;
  /** The rest as it was written. */
  rest?: unknown;
  /** The parts that were left out, except unknown fields: other parts may refer to them. */
  lost: Path[];
}

/** An answer shows fewer faults than this, so there is no need to look for more. */
export const faultSearchLimit = 1000;

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
  const told = new Set<string>();
  const lost: Path[] = [];
  for (let rest = value; ; ) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { faults, data: parsed.data, rest, lost };
    const found = placedFaultsOf(parsed.error).map((fault) => ({ ...fault, pointer: jsonPointer(fault.path) }));
    const fresh = found.filter(({ pointer }) => !told.has(pointer));
    for (const { pointer, detail } of fresh) faults.push({ pointer: jsonPointer(prefix) + pointer, detail });
    if (faults.length > faultSearchLimit) return { faults, lost };
    // A part that needs a removed part is removed too.
    const wrong =
      fresh.length > 0 ? fresh : found.map((fault) => ({ ...fault, path: nearestExisting(rest, fault.path) }));
    const places = wrong.map(({ path, isUnknown }) => ({ path: outOfLists(rest, path), isUnknown }));
    if (places.some(({ path }) => path.length === 0)) return { faults, lost };
    for (const { path, isUnknown } of places) {
      if (!isUnknown && valueAt(rest, path) !== undefined) lost.push(path);
      // What is said of anything around a field that is missing by now has been said of the field.
      for (const place of isUnknown ? [path] : enclosingPaths(path)) told.add(jsonPointer(place));
    }
    rest = without(rest, treeOf(places.map(({ path }) => path)));
  }
}

/** A path and all paths around it. */
const enclosingPaths = (path: Path): Path[] => path.map((_, i) => path.slice(0, i + 1)).concat([[]]);

/** Whether a fault is one of those known, or of something that is part of what they are about. */
export const isCovered = ({ pointer }: Fault, known: readonly Fault[]): boolean =>
  known.some((fault) => pointer === fault.pointer || pointer.startsWith(`${fault.pointer}/`));

export function valueAt(value: unknown, path: Path): unknown {
  const [step, ...others] = path;
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return valueAt((value as Record<PropertyKey, unknown>)[step], others);
}

/** The place itself where there is something, or else the nearest around it: each look leaves something out. */
const nearestExisting = (value: unknown, path: Path): Path =>
  path.length === 0 || valueAt(value, path) !== undefined ? path : nearestExisting(value, path.slice(0, -1));

/** An entry of a list goes with the list: those behind it would be found in others' places. */
function outOfLists(value: unknown, path: Path): Path {
  return path.length > 0 && Array.isArray(valueAt(value, path.slice(0, -1)))
    ? outOfLists(value, path.slice(0, -1))
    : path;
}

/** Places, by their steps; where one ends everything below it does. */
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

/** A copy; fields are defined and not set, so that one called `__proto__` stays a field. */
function without(value: unknown, places: Tree): unknown {
  if (typeof value !== "object" || value === null) return value;
  const left = (field: unknown, step: PropertyKey): unknown => {
    const below = places.get(step);
    return below instanceof Map ? without(field, below) : field;
  };
  if (Array.isArray(value)) return value.map(left);
  const kept = Object.entries(value).filter(([key]) => places.get(key) !== "all");
  return Object.fromEntries(kept.map(([key, field]) => [key, left(field, key)]));
}
