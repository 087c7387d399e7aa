import { plural } from "./format.ts";

export const isBranch = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0;

export const entriesOf = (value: object): [string, unknown][] => Object.entries(value);

/** What a folded value holds: `[3 items]`, `{2 fields}`. */
export function summaryOf(value: object): string {
  const size = Object.keys(value).length;
  return Array.isArray(value) ? `[${plural(size, "item")}]` : `{${plural(size, "field")}}`;
}

/**
 * Parses JSON without rounding: a whole number beyond 2^53 becomes the text of its digits, as the API itself writes it. Needs the
 * reviver's source text, which browsers have since 2023 to 2025; without it such a number is rounded.
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, ((_: string, value: unknown, context?: { source?: string }) => {
    const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isRounded && /^-?\d+$/.test(context?.source ?? "") ? context?.source : value;
  }) as (key: string, value: unknown) => unknown);
}
