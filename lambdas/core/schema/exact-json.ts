/** The second argument of `JSON.parse`; newer engines pass it the source text of each value. */
type Reviver = (key: string, value: unknown, ...context: { source?: string }[]) => unknown;

/** A string without so many digits in a row contains no whole number beyond 2^53. */
const manyDigits = /\d{16}/;

/**
 * JSON.parse rounds whole numbers beyond 2^53 that have no exact JavaScript number. This reviver replaces them by what `make`
 * returns for their digits. Undefined for JSON that cannot contain such a number.
 */
export function exactReviver(text: string, make: (digits: string) => unknown): Reviver | undefined {
  if (!manyDigits.test(text)) return undefined;
  return (_key, value, context) => {
    const digits = context?.source ?? "";
    return isBeyondSafe(value) && /^-?\d+$/.test(digits) ? make(digits) : value;
  };
}

/** Parses the JSON of a provider or a database for a result. Numbers that would be rounded become strings of their digits. */
export const parseExactly = (text: string): unknown =>
  JSON.parse(
    text,
    exactReviver(text, (digits) => digits),
  );

/** For the JSON of a request: numbers that would be rounded become bigints, which every part of a request refuses. */
export const requestReviver = (text: string): Reviver | undefined => exactReviver(text, BigInt);

const isBeyondSafe = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);

/** JSON writers write numbers from here on with an exponent, which are meant as approximate. */
const writtenWithExponent = 1e21;

/** Whether a value of a request is a whole number, or was parsed from one, that a JavaScript number does not represent exactly. */
export const isInexact = (value: unknown): boolean =>
  typeof value === "bigint" || (isBeyondSafe(value) && Math.abs(value as number) < writtenWithExponent);
