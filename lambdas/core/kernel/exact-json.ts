/** The second argument of `JSON.parse`; newer engines pass it the source text of each value. */
type Reviver = (key: string, value: unknown, ...context: { source?: string }[]) => unknown;

/** A string without so many digits in a row contains no whole number beyond 2^53. */
const manyDigits = /\d{16}/;

/** A number of fewer digits is beyond 2^53 only with an exponent. */
const withExponent = /(?:^|[[:,\s])-?\d[\d.]*[eE]\+?\d/;

/**
 * Parses the JSON of a provider or a database for a result. JSON.parse rounds whole numbers beyond 2^53 that have no exact
 * JavaScript number, and reads 1e400 as Infinity, which would be stored as null: such a number becomes the string of its digits. So does
 * any other number that a request may not have, such as 1e16: features pass results on in requests.
 */
export const parseExactly = (text: string): unknown =>
  manyDigits.test(text) || withExponent.test(text) ? JSON.parse(text, withDigits) : JSON.parse(text);

const withDigits: Reviver = (_key, value, context) =>
  isInfinite(value) || isInexact(value) || isRounded(value, context?.source) ? context?.source : value;

/**
 * For the JSON of a request: numbers that would be rounded become bigints, which every part of a request refuses. Undefined for
 * JSON that cannot contain such a number.
 */
export const requestReviver = (text: string): Reviver | undefined =>
  manyDigits.test(text)
    ? (_key, value, context) => (isRounded(value, context?.source) ? BigInt(context?.source ?? "") : value)
    : undefined;

const isRounded = (value: unknown, source = ""): boolean => isBeyondSafe(value) && /^-?\d+$/.test(source);

const isInfinite = (value: unknown): boolean => typeof value === "number" && !Number.isFinite(value);

const isBeyondSafe = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);

/** JSON writers write numbers from here on with an exponent, which are meant as approximate. */
const writtenWithExponent = 1e21;

/** Whether a value of a request is a whole number, or was parsed from one, that a JavaScript number does not represent exactly. */
export const isInexact = (value: unknown): boolean =>
  typeof value === "bigint" || (isBeyondSafe(value) && Math.abs(value as number) < writtenWithExponent);

/** The same of a number as a text. However many digits it has, they are meant: only an exponent says that it is approximate. */
export const isInexactDigits = (text: string): boolean =>
  /^[+-]?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text));
