import diff from "microdiff";
import type { Path } from "../../ui/json-path.ts";

export interface Change {
  /** `unknown` where one side is redacted: it may or may not be the same. */
  kind: "added" | "removed" | "changed" | "unknown";
  path: Path;
  left?: unknown;
  right?: unknown;
}

const kinds = { CREATE: "added", REMOVE: "removed", CHANGE: "changed" } as const;

/** What stands in the place of a part that is not shown. */
const redacted = "[redacted]";

/** What differs between two JSON values, by its place. A value that is undefined is not there. */
export function differenceOf(left: unknown, right: unknown): Change[] {
  return diff(inField(left), inField(right), { cyclesFix: false }).map((found) => {
    const sides = {
      ...(found.type !== "CREATE" && { left: found.oldValue }),
      ...(found.type !== "REMOVE" && { right: found.value }),
    };
    const isHidden = found.type === "CHANGE" && [found.oldValue, found.value].includes(redacted);
    return { kind: isHidden ? "unknown" : kinds[found.type], path: found.path.slice(1), ...sides };
  });
}

/** The library compares fields of objects, and a whole value may be a text or a list. */
const inField = (value: unknown): Record<string, unknown> =>
  value === undefined ? bare({}) : bare({ whole: withoutPrototypes(value) });

const bare = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.entries(fields).reduce<Record<string, unknown>>((copy, [name, value]) => {
    copy[name] = value;
    return copy;
  }, Object.create(null));

/** A field may have the name of what every object inherits, such as `constructor`: so the copy inherits nothing. */
function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  return bare(Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutPrototypes(part)])));
}

/** Two texts, cut where they begin and where they cease to differ. */
export interface Parts {
  before: string;
  left: string;
  right: string;
  after: string;
}

export function partsOf(left: string, right: string): Parts {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start++;
  if (isWithinPair(left, start) || isWithinPair(right, start)) start--;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end++;
  if (isWithinPair(left, left.length - end) || isWithinPair(right, right.length - end)) end--;
  return {
    before: left.slice(0, start),
    left: left.slice(start, left.length - end),
    right: right.slice(start, right.length - end),
    after: left.slice(left.length - end),
  };
}

/** Whether a cut there would be within a character that UTF-16 writes as two units. */
const isWithinPair = (text: string, at: number): boolean => (text.codePointAt(at - 1) ?? 0) > 0xffff;
