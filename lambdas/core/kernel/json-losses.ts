import { deepestNesting } from "./json-values.ts";

/** A value that JSON would change, and where. */
export interface JsonLoss {
  /** A JSON pointer; empty for the whole value. */
  pointer: string;
  /** What it is: `a Map`. */
  what: string;
  /** What to return instead. */
  instead: string;
}

/** What else JSON cannot write, by the name that JavaScript gives it. Everything that is not listed becomes an empty object. */
const insteadOf: Readonly<Record<string, string>> = {
  Map: "Object.fromEntries(map)",
  Set: "[...set]",
  Date: "date.toISOString()",
  Promise: "await the promise",
  Error: "an object with its message",
};

/**
 * The first part of a value that JSON would change or lose, so that its reader would get something else than its writer had. A field that
 * is undefined is left out by JSON and reads as undefined again, so it is no loss. Undefined if there is none.
 */
export function jsonLossIn(value: unknown, deepest = deepestNesting): JsonLoss | undefined {
  const within = new Set<object>();
  const visit = (one: unknown, path: readonly PropertyKey[]): JsonLoss | undefined => {
    const lost = jsonLossOf(one, within, { level: path.length, deepest });
    if (lost) return { pointer: pointerOf(path), ...lost };
    if (typeof one !== "object" || one === null) return undefined;
    within.add(one);
    try {
      if (Array.isArray(one)) return visitList(one, path);
      for (const [name, field] of Object.entries(one)) {
        const found = field === undefined ? undefined : visit(field, [...path, name]);
        if (found) return found;
      }
      return undefined;
    } finally {
      within.delete(one);
    }
  };
  // By index: a list with holes has fewer items than its length says.
  const visitList = (list: readonly unknown[], path: readonly PropertyKey[]) => {
    for (let at = 0; at < list.length; at++) {
      const found = visit(list[at], [...path, at]);
      if (found) return found;
    }
    return undefined;
  };
  return visit(value, []);
}

interface Depth {
  level: number;
  deepest: number;
}

function jsonLossOf(value: unknown, within: ReadonlySet<object>, depth: Depth): Omit<JsonLoss, "pointer"> | undefined {
  switch (typeof value) {
    case "undefined":
      return { what: "undefined", instead: "null" };
    case "bigint":
      return { what: "a BigInt", instead: "its digits as a string" };
    case "function":
    case "symbol":
      return { what: `a ${typeof value}`, instead: "nothing there" };
    case "number":
      return Number.isFinite(value) ? undefined : { what: String(value), instead: "null or a string" };
    case "object":
      return value === null ? undefined : lossOfObject(value, within, depth);
    default:
      return undefined;
  }
}

function lossOfObject(
  value: object,
  within: ReadonlySet<object>,
  { level, deepest }: Depth,
): Omit<JsonLoss, "pointer"> | undefined {
  if (within.has(value)) return { what: "a reference to what contains it", instead: "its id" };
  if (level > deepest) return { what: `nested deeper than ${deepest} levels`, instead: "something flatter" };
  if (Array.isArray(value)) return undefined;
  const [, tag = "object"] = /^\[object (.*)\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  const isOdd = tag !== "Object" || value instanceof Error || ArrayBuffer.isView(value);
  if (isOdd)
    return { what: `a ${classNameOf(value, tag)}`, instead: insteadOf[tag] ?? "plain objects, lists and text" };
  // JSON writes what this method returns, which is another value.
  if (typeof (value as { toJSON?: unknown }).toJSON === "function")
    return { what: `a ${classNameOf(value, tag)} with a toJSON of its own`, instead: "what its toJSON returns" };
  return undefined;
}

const classNameOf = (value: object, tag: string): string => {
  const { constructor: made } = value as { constructor?: { name?: unknown } };
  return typeof made?.name === "string" && made.name !== "" ? made.name : tag;
};

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
