/**
 * The most values that an input may have. Each object, list, string and field counts as one. Numbers in a list, such as the bytes
 * of a Buffer, need so little memory that they are not counted. A request of 4.4 MB could have eight times as many values, which
 * would need 100 MB of memory.
 */
export const mostValues = 250_000;

/** Whether a JSON value has more than `most` values. Its nesting must have been checked before. */
export function hasMoreValues(value: unknown, most = mostValues): boolean {
  let left = most;
  const count = (one: unknown): boolean => {
    if (--left < 0) return true;
    if (typeof one !== "object" || one === null) return false;
    if (!Array.isArray(one)) return Object.values(one).some(count);
    return one.some((item) => (typeof item === "object" || typeof item === "string") && count(item));
  };
  return count(value);
}

/** The limits up to which a provider's answer is parsed. A larger answer stays a string. */
export const largestParsed = { bytes: 1024 * 1024, values: 100_000 };

const comma = 0x2c;
const brace = 0x7b;
const bracket = 0x5b;

/** Whether JSON from an unknown source is small enough to be parsed. */
export const isSmallJson = (json: Uint8Array): boolean =>
  json.byteLength <= largestParsed.bytes && valuesIn(json) <= largestParsed.values;

/** An upper bound for the number of values in JSON. It is found without parsing, so commas and brackets in strings count too. */
export function valuesIn(json: Uint8Array): number {
  let values = 1;
  for (const byte of json) if (byte === comma || byte === brace || byte === bracket) values++;
  return values;
}

/**
 * The most levels of objects and lists in a value of a request, a provider or a database. Many functions call themselves once for
 * each level, and a few thousand levels would be more than the stack holds.
 */
export const deepestNesting = 64;

/** Whether a JSON value has more levels than this. */
export function nestedDeeperThan(value: unknown, limit = deepestNesting): boolean {
  let level = [value].filter(isContainer);
  for (let left = limit; level.length > 0; left -= 1) {
    if (left <= 0) return true;
    level = level.flatMap((one) => (Array.isArray(one) ? one : Object.values(one)).filter(isContainer));
  }
  return false;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const closingBracket = 0x5d;

/** Whether JSON has more levels than this. It is found without parsing, so the text may be no JSON at all. */
export function jsonNestedDeeperThan(json: string, limit = deepestNesting): boolean {
  let level = 0;
  let inText = false;
  for (let i = 0; i < json.length; i += 1) {
    const char = json.charCodeAt(i);
    if (char === quote) inText = !inText;
    else if (inText) i += char === backslash ? 1 : 0;
    else if (char === brace || char === bracket) level += 1;
    else if (char === closingBrace || char === closingBracket) level -= 1;
    if (level > limit) return true;
  }
  return false;
}
