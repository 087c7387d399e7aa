import * as z from "zod";

export type Json = Record<string, unknown>;

/** Turns zod schemas into the JSON Schemas of one document; what has an `id` stands once, below its components. */
export function jsonSchemas() {
  const components: Json = {};
  return {
    components,
    of(schema: z.ZodType, io: "input" | "output"): Json {
      const made = z.toJSONSchema(schema, { io, unrepresentable: "any" });
      const { $schema: _, $defs = {}, ...root } = placed(made, io === "output") as Json;
      Object.assign(components, $defs);
      return root;
    },
  };
}

/** With references as OpenAPI places them. Objects of answers are open: fields may be added to them. */
function placed(value: unknown, open: boolean, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => placed(item, open));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (isNames) return [[key, placed(inner, open)]];
    if (open && key === "additionalProperties" && inner === false) return [];
    if (key === "$ref") return [[key, String(inner).replace("#/$defs/", "#/components/schemas/")]];
    return [[key, placed(inner, open, key === "properties" || key === "$defs")]];
  });
  return Object.fromEntries(entries);
}
