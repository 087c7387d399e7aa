import * as z from "zod";
import { type Fields, fieldTypes } from "./fields.ts";

/** The names of `min` and `max` in JSON Schema: bounds of a number, or of the length of a string or list. */
const bounds: Partial<Record<Fields[string]["type"], [string, string]>> = {
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  string: ["minLength", "maxLength"],
  email: ["minLength", "maxLength"],
  uuid: ["minLength", "maxLength"],
  date: ["minLength", "maxLength"],
  array: ["minItems", "maxItems"],
};

/** An object with these fields as a JSON Schema, for callers. */
export function fieldsJsonSchema(schema: Fields): z.core.JSONSchema.BaseSchema {
  const shape = Object.entries(schema).map(([key, { type, required = true }]) => {
    return [key, required ? fieldTypes[type] : fieldTypes[type].optional()];
  });
  const json = z.toJSONSchema(z.strictObject(Object.fromEntries(shape)), { io: "input" });
  for (const [key, { type, min, max }] of Object.entries(schema)) {
    const [least, most] = bounds[type] ?? [];
    if (least && min !== undefined) Object.assign(json.properties?.[key] ?? {}, { [least]: min });
    if (most && max !== undefined) Object.assign(json.properties?.[key] ?? {}, { [most]: max });
  }
  return json;
}
