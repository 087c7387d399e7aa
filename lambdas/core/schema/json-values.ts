/**
 * The most values that an input may have. Each object, list, text and field is one; numbers in a list, such as the bytes of a
 * Buffer, take so little that they are not counted. Eight times as many fit into 4.4 MB, and would take 100 MB of memory.
 */
export const mostValues = 250_000;

/** Whether a JSON value, whose nesting was checked before, consists of more values. */
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

/** How many values a JSON text has at most: told without parsing it, so that what may begin one is counted within texts too. */
export function valuesIn(json: Uint8Array): number {
  let values = 1;
  for (const byte of json) if (byte === comma || byte === brace || byte === bracket) values++;
  return values;
}
