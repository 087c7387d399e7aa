import type { Issue, StandardSchema } from "../standard-schema.ts";

/** A field as Ductape declares it: its type, or with whether it has to be there. A type alone is asked for. */
export type Field = string | { readonly type: string; readonly required?: boolean; readonly [more: string]: unknown };

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  date: (value) => typeof value === "string" || typeof value === "number",
  any: () => true,
  unknown: () => true,
};

/** A schema of Ductape's `{field: type}`. Throws a TypeError, with the place, for what is no type. */
export function fieldSchema(place: string, fields: Readonly<Record<string, Field>>): StandardSchema {
  const checks = Object.entries(fields).map(([name, field]) => {
    const asked = typeof field === "string" ? field : field?.type;
    if (typeof asked !== "string") throw new TypeError(`${place}.${name} is a type: ${Object.keys(types).join(", ")}.`);
    const isOptional = asked.endsWith("?") || (typeof field === "object" && field.required === false);
    const type = asked
      .replace(/\?$/, "")
      .replace(/^.*\[\]$/, "array")
      .toLowerCase();
    const fits = Object.hasOwn(types, type) ? types[type] : undefined;
    if (!fits)
      throw new TypeError(`${place}.${name}: ${asked} is no type. There are ${Object.keys(types).join(", ")}.`);
    return { name, type, isOptional, fits };
  });
  const validate = (value: unknown) => {
    if (!types.object?.(value)) return { issues: [{ message: "must be an object" }] };
    const record = value as Record<string, unknown>;
    const issues = checks.flatMap(({ name, type, isOptional, fits }): Issue[] => {
      const one = Object.hasOwn(record, name) ? record[name] : undefined;
      if (one === undefined || one === null) return isOptional ? [] : [{ message: "is missing", path: [name] }];
      return fits(one) ? [] : [{ message: `must be of type ${type}`, path: [name] }];
    });
    return issues.length > 0 ? { issues } : { value };
  };
  return { "~standard": { version: 1, vendor: "ductape-jobs", validate } };
}
