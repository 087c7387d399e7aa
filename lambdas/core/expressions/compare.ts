/** Whether two JSON values are the same, whatever the order of an object's fields. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
}

/** Less than, equal to or greater than 0 for two numbers or two strings; else NaN, for which every comparison is false. */
export const compare = (a: unknown, b: unknown): number =>
  typeof a === typeof b && (typeof a === "number" || typeof a === "string")
    ? a < (b as typeof a)
      ? -1
      : Number(a > (b as typeof a))
    : Number.NaN;

type Comparison = (a: unknown, b: unknown) => boolean;

const signs: Record<string, Comparison> = {
  "==": same,
  "===": same,
  "!=": (a, b) => !same(a, b),
  "!==": (a, b) => !same(a, b),
  "<": (a, b) => compare(a, b) < 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">": (a, b) => compare(a, b) > 0,
  ">=": (a, b) => compare(a, b) >= 0,
};

const words: Record<string, Comparison> = {
  contains: (a, b) =>
    Array.isArray(a) ? a.some((item) => same(item, b)) : typeof a === "string" && a.includes(String(b)),
};

export const comparisonNames = Object.keys({ ...signs, ...words });

/** The comparison that a sign or a word means; undefined for anything else. */
export const comparisonOf = (name: unknown): Comparison | undefined => {
  const all = { ...signs, ...words };
  return typeof name === "string" && Object.hasOwn(all, name) ? all[name] : undefined;
};

/** Whether a value is the sign of a comparison, which is hardly the name of a field. */
export const isSign = (value: unknown): boolean => typeof value === "string" && Object.hasOwn(signs, value);
