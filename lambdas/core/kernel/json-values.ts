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
export function isDeepJson(json: Uint8Array, deepest = deepestNesting): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.byteLength; at++) {
    const byte = json[at];
    if (byte === quote) isText = !isText;
    else if (isText) at += byte === backslash ? 1 : 0;
    else if (byte === brace || byte === bracket) depth++;
    else if (byte === closingBrace || byte === closingBracket) depth--;
    if (depth > deepest) return true;
  }
  return false;
}

/** Whether a value is an object and no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
