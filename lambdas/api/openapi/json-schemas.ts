import * as z from "zod";

export type Json = Record<string, unknown>;

/** Turns zod schemas into the JSON Schemas of one document. A schema with an `id` becomes a component. */
export function jsonSchemas() {
  const components: Json = {};
  // Each route has the same problems: to make their schemas again for each would take most of the time.
  const made = { input: new Map<z.ZodType, Json>(), output: new Map<z.ZodType, Json>() };
  const make = (schema: z.ZodType, io: keyof typeof made): Json => {
    const whole = z.toJSONSchema(schema, { io, unrepresentable: "any" });
    const { $schema: _, $defs = {}, ...root } = asOpenApi(whole, io === "output") as Json;
    Object.assign(components, $defs);
    return root;
  };
  return {
    components,
    of(schema: z.ZodType, io: keyof typeof made): Json {
      const root = made[io].get(schema) ?? make(schema, io);
      made[io].set(schema, root);
      return root;
    },
  };
}

/** Points references to the components of the document. The objects of answers stay open, so that fields can be added. */
function asOpenApi(value: unknown, open: boolean, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => asOpenApi(item, open));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (isNames) return [[key, asOpenApi(inner, open)]];
    if (open && key === "additionalProperties" && inner === false) return [];
    if (key === "$ref") return [[key, String(inner).replace("#/$defs/", "#/components/schemas/")]];
    return [[key, asOpenApi(inner, open, key === "properties" || key === "$defs")]];
  });
  const made = Object.fromEntries(entries);
  return isNames ? made : withWholeAlternatives(made);
}

interface Alternative {
  required: string[];
}

/**
 * Turns alternatives that only list required fields into alternatives of whole objects. They mean the same, but client
 * generators turn a schema without a type into `any`.
 */
function withWholeAlternatives(schema: Json): Json {
  const { anyOf, oneOf, description, ...object } = schema;
  const alternatives = anyOf ?? oneOf;
  if (object.type !== "object" || !isFieldNames(alternatives)) return schema;
  const all = alternatives.flatMap(({ required }) => required);
  const whole = alternatives.map(({ required }) => {
    const others = oneOf ? all.filter((name) => !required.includes(name)) : [];
    const properties = Object.entries((object.properties ?? {}) as Json).filter(([name]) => !others.includes(name));
    const needed = [...((object.required ?? []) as string[]), ...required];
    return { ...object, properties: Object.fromEntries(properties), required: needed };
  });
  return { ...(description !== undefined && { description }), [oneOf ? "oneOf" : "anyOf"]: whole };
}

const isFieldNames = (alternatives: unknown): alternatives is Alternative[] =>
  Array.isArray(alternatives) && alternatives.every((one) => Object.keys(one).join() === "required");
