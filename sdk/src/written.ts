import { InvalidRequestError } from "./errors.ts";

/**
 * The JSON of what is sent. A Date, and what else says itself how it is written, is written so; a field that is undefined, or a function, is left out. Throws an
 * InvalidRequestError, with the places, for what JSON would lose without a word (`NaN` becomes null, a Map an empty object) or cannot write.
 */
export function written(value: unknown): string {
  const errors: { pointer: string; detail: string }[] = [];
  const places = new Map<unknown, string>();
  function noted(this: unknown, name: string, one: unknown): unknown {
    // The first call is for the whole, in an object of its own.
    const place =
      places.size === 0 ? "" : `${places.get(this) ?? ""}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (places.size === 0) places.set(this, "");
    if (typeof one === "object" && one !== null) places.set(one, place);
    const instead = insteadOf(one);
    if (instead === undefined) return one;
    errors.push({ pointer: place, detail: `is ${instead}` });
    return null;
  }
  try {
    const json = JSON.stringify(value, noted);
    if (errors.length === 0) return json;
  } catch (cause) {
    throw new InvalidRequestError("INVALID_REQUEST", "The data cannot be written as JSON.", [], { cause });
  }
  throw new InvalidRequestError("INVALID_REQUEST", "The data cannot be written as JSON.", errors);
}

/** What a value is that JSON loses, and what to send in place of it. */
function insteadOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : `${value}: send null or a text`;
    case "bigint":
      return "a BigInt: send its digits as a text";
    case "object":
      return value === null || Array.isArray(value) ? undefined : insteadOfObject(value);
    default:
      return undefined;
  }
}

/** By the name that JavaScript gives it, since a value may come from another realm. */
function insteadOfObject(value: object): string | undefined {
  if (ArrayBuffer.isView(value)) return "bytes: send them as base64, or a file as an upload";
  const [, tag = ""] = /^\[object (.*)\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  const instead: Record<string, string> = {
    Map: "a Map: send Object.fromEntries(map)",
    Set: "a Set: send [...set]",
    Promise: "a Promise: await it",
    Error: "an Error: send its message",
  };
  return Object.hasOwn(instead, tag) ? instead[tag] : undefined;
}
