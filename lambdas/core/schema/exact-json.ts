/** The second argument of `JSON.parse`; newer engines pass it the source text of each value. */
type Reviver = (key: string, value: unknown, ...context: { source?: string }[]) => unknown;

/** Digits enough for a whole number that a JavaScript number may not hold; without them nothing needs a closer look. */
const manyDigits = /\d{16}/;

/**
 * Beyond 2^53 not each whole number has a JavaScript number of its own: reading rounds it to one that has. A reviver that
 * answers what `make` makes of the digits of such a number; none for a text that has no number of so many.
 */
export function exactReviver(text: string, make: (digits: string) => unknown): Reviver | undefined {
  if (!manyDigits.test(text)) return undefined;
  return (_key, value, context) => {
    const digits = context?.source ?? "";
    return isBeyondSafe(value) && /^-?\d+$/.test(digits) ? make(digits) : value;
  };
}

/** JSON of a provider or a database, for a result: what a number cannot hold exactly stays the text that was sent. */
export const parseExactly = (text: string): unknown =>
  JSON.parse(
    text,
    exactReviver(text, (digits) => digits),
  );

/**
 * JSON of a request: what a number cannot hold exactly is a bigint, which no part of a request takes, so that it is refused
 * and not rounded.
 */
export const requestReviver = (text: string): Reviver | undefined => exactReviver(text, BigInt);

const isBeyondSafe = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);

/** From here on JSON writers prefer an exponent to digits: a number that is meant to be near enough, not exact. */
const writtenWithExponent = 1e21;

/** Whether a value of a request is, or has been, a whole number that no number holds exactly. */
export const isInexact = (value: unknown): boolean =>
  typeof value === "bigint" || (isBeyondSafe(value) && Math.abs(value as number) < writtenWithExponent);
