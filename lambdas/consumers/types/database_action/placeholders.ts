/**
 * The types of a placeholder's value: the data types on Ductape's list, and `objectid` (24 hexadecimal digits) for MongoDB.
 * As in Ductape, a type may be written in any case, as `NOSPACES_STRING` or `nospaces`, `NUMBER_STRING` or `number string`.
 */
const placeholderTypes = [
  "string",
  "nospaces",
  "email",
  "date",
  "numberstring",
  "integer",
  "float",
  "uuid",
  "array",
  "object",
  "boolean",
  "objectid",
] as const;
export type PlaceholderType = (typeof placeholderTypes)[number];

/** `{{path:type:min:max}}`: where its value comes from, and what the value must be. */
export interface Placeholder {
  /** The record of the input that holds the value. */
  source: "data" | "filter";
  /** The path within that record; empty for the whole record. */
  path: readonly string[];
  type: PlaceholderType;
  /** Written `{{path?:type}}`: an absent value, or null, is bound as null. */
  optional: boolean;
  /** Characters of a string, items of an array, the value of a number, a day (`YYYY-MM-DD`, UTC) of a date; inclusive. */
  min?: number | string;
  max?: number | string;
}

/** How min and max are written for each type. The types that are missing here accept neither. */
const bounds: Partial<Record<PlaceholderType, { pattern: RegExp; what: string }>> = {
  ...Object.fromEntries(
    (["string", "nospaces", "email", "numberstring", "array"] as const).map((type) => [
      type,
      { pattern: /^\d{1,9}$/, what: "a whole number of 0 or more" },
    ]),
  ),
  integer: { pattern: /^-?\d{1,15}$/, what: "a whole number" },
  float: { pattern: /^-?\d{1,15}(\.\d{1,15})?$/, what: "a number" },
  date: { pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, what: "a day, YYYY-MM-DD" },
};

const step = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/**
 * Parses what is between `{{` and `}}`. Returns a string to report a fault. The type defaults to `string`. A path that starts
 * with `filter` or `data` addresses that record of the input; any other path is a field of `data`.
 */
export function parsePlaceholder(text: string): Placeholder | string {
  const [name = "", type = "", min = "", max = "", ...rest] = text.split(":").map((part) => part.trim());
  const steps = name.replace(/\?$/, "").split(".");
  if (!steps.every((part) => step.test(part))) {
    return "a placeholder is {{field:type:min:max}}; a field is letters, digits, _ and -, nested by dots.";
  }
  if (rest.length > 0 || /^(true|false)$/i.test(max)) {
    return "a placeholder ends after its max; to require unique values, create a unique index.";
  }
  const known = typeOf(type);
  if (!known) return `a placeholder has an unknown type; the types are ${placeholderTypes.join(", ")}.`;
  const range = rangeOf(known, min, max);
  if (typeof range === "string") return range;
  const [first] = steps;
  const named = first === "data" || first === "filter";
  return {
    source: first === "filter" ? "filter" : "data",
    path: named ? steps.slice(1) : steps,
    type: known,
    optional: name.endsWith("?"),
    ...range,
  };
}

function typeOf(written: string): PlaceholderType | undefined {
  const plain = written.toLowerCase().replaceAll(/[ _-]/g, "") || "string";
  const short = plain.replace(/^(nospaces|email|date)string$/, "$1").replace(/^double$/, "float");
  return placeholderTypes.find((type) => type === short);
}

function rangeOf(type: PlaceholderType, min: string, max: string): Pick<Placeholder, "min" | "max"> | string {
  const given = [min, max].filter((bound) => bound !== "");
  const bound = bounds[type];
  if (!bound) return given.length === 0 ? {} : `a placeholder of type ${type} takes no min or max.`;
  if (!given.every((text) => bound.pattern.test(text))) return `min and max of type ${type} are each ${bound.what}.`;
  const read = (text: string) => (type === "date" ? text : Number(text));
  if (given.length === 2 && read(min) > read(max)) return "min is greater than max.";
  return { ...(min !== "" && { min: read(min) }), ...(max !== "" && { max: read(max) }) };
}

const whole = /^\s*(['"]?)\{\{((?:(?!\}\})[\s\S])*)\}\}\1\s*$/;

/** The content of a string that is one placeholder and nothing else, with or without quotes around it. */
export const solePlaceholder = (text: string): string | undefined => whole.exec(text)?.[2];
