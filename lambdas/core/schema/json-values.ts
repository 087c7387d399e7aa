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
const closingBrace = 0x7d;
const closingBracket = 0x5d;
const quote = 0x22;
const backslash = 0x5c;

/** Whether JSON from an unknown source is small and flat enough to be parsed. */
export const isSmallJson = (json: Uint8Array): boolean =>
  json.byteLength <= largestParsed.bytes && valuesIn(json) <= largestParsed.values && !isDeepJson(json);

/** An upper bound for the number of values in JSON. It is found without parsing, so commas and brackets in strings count too. */
export function valuesIn(json: Uint8Array): number {
  let values = 1;
  for (const byte of json) if (byte === comma || byte === brace || byte === bracket) values++;
  return values;
}

/**
 * The most levels of objects and lists, wherever a value comes from. Deeper ones overflow the stack of whatever calls itself for each
 * level, as serialisers do.
 */
export const deepestNesting = 64;

/** Whether JSON has more lists and objects within each other than a value may have. It is found without parsing. */
export function isDeepJson(json: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.byteLength; at++) {
    const byte = json[at];
    if (byte === quote) isText = !isText;
    else if (isText) at += byte === backslash ? 1 : 0;
    else if (byte === brace || byte === bracket) depth++;
    else if (byte === closingBrace || byte === closingBracket) depth--;
    if (depth > deepestNesting) return true;
  }
  return false;
}

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
