/** The parts of JSON Schema (2020-12) that inputs of events use. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  pattern?: string;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** What a field of the form is. `json` is for what no plain field can hold: maps, lists and unions. */
type Kind = "text" | "number" | "integer" | "boolean" | "choice" | "group" | "json";

/** The schema that a `$ref` leads to; most schemas are no reference. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? "")?.[1];
  return name === undefined ? schema : (root.$defs?.[name] ?? {});
}

/** A union that takes text as well is a field for text until its value is something else. */
export function kindOf(schema: JsonSchema, value: unknown): Kind {
  if (schema.enum) return "choice";
  if (schema.properties) return isObject(value) || value === undefined ? "group" : "json";
  const types = typesOf(schema);
  if (typeof value === "object" && value !== null) return "json";
  if (types.includes("string")) return "text";
  const [type = "json"] = types;
  return type === "number" || type === "integer" || type === "boolean" ? type : "json";
}

function typesOf({ type, anyOf, oneOf }: JsonSchema): string[] {
  const own = typeof type === "string" ? [type] : (type ?? []);
  return own.length > 0 ? own : [...(anyOf ?? []), ...(oneOf ?? [])].flatMap(typesOf);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isRequired = (schema: JsonSchema, name: string): boolean => schema.required?.includes(name) ?? false;

/** What a field takes, in a few words: `text, up to 64 characters`. */
export function hintOf(schema: JsonSchema): string {
  if (schema.description) return schema.description;
  const { minimum, maximum, maxLength, format } = schema;
  const words = typesOf(schema).map((type) => names[type] ?? type);
  const limits = [
    format,
    minimum !== undefined && `${minimum} or more`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `at most ${maximum}`,
    maxLength !== undefined && `up to ${maxLength} characters`,
  ];
  return [[...new Set(words)].join(" or "), ...limits.filter(Boolean)].filter((part) => part !== "").join(", ");
}

const names: Record<string, string> = { string: "text", integer: "whole number", object: "object", array: "list" };
