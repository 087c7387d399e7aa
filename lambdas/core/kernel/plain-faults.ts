import * as z from "zod";

/** The fault of a missing value, whatever its type. */
export const required = "is required";

/** For the `error` of a schema: `text`, or `required` for a missing value. */
export const must = (text: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? required : text),
});

/** A duration, whose faults name the unit of its bounds. */
export function milliseconds(least: number, most?: number) {
  const schema = z.int().min(least, `must be at least ${least} ms`);
  return most === undefined ? schema : schema.max(most, `must be at most ${most} ms`);
}

const kinds: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  bigint: "a whole number beyond 2^53",
};

const kindOf = (value: unknown): string =>
  kinds[value === null ? "null" : Array.isArray(value) ? "array" : typeof value] ?? "something else";

const units: Record<string, [one: string, many: string]> = {
  string: ["character", "characters"],
  array: ["item", "items"],
};

function bound(origin: string, word: "least" | "most", count: number | bigint): string {
  const unit = units[origin];
  return unit ? `must have at ${word} ${count} ${unit[count === 1 ? 0 : 1]}` : `must be at ${word} ${count}`;
}

const english = z.config().localeError;

/** Zod's faults in the words of this API; all others keep zod's words. No fault quotes the value. */
const localeError: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined && issue.code !== "custom" && issue.code !== "unrecognized_keys") return required;
  switch (issue.code) {
    case "invalid_type": {
      const isFraction = issue.expected === "int" && typeof issue.input === "number";
      const wanted = kinds[issue.expected];
      if (!wanted) return english?.(issue);
      return isFraction ? `must be ${wanted}` : `must be ${wanted}, not ${kindOf(issue.input)}`;
    }
    case "too_small":
      return bound(issue.origin, "least", issue.minimum);
    case "too_big":
      return bound(issue.origin, "most", issue.maximum);
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_key":
      // The rule of the name says what is wrong with it.
      return issue.issues[0]?.message ?? english?.(issue);
    default:
      return english?.(issue);
  }
};

z.config({ localeError });
