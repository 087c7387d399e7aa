import { type JsonSchema, resolved } from "./schema.ts";

const deepest = 6;

/** An input that has every required field of a schema, to begin with. Texts are empty unless the schema has an example. */
export function exampleOf(schema: JsonSchema, root: JsonSchema = schema, depth = 0): unknown {
  const real = resolved(schema, root);
  const given = real.examples?.[0] ?? real.default ?? real.const ?? real.enum?.[0];
  if (given !== undefined || depth > deepest) return given ?? null;
  if (real.properties) return objectOf(real, root, depth);
  const [first] = real.anyOf ?? real.oneOf ?? [];
  if (first && real.type === undefined) return exampleOf(first, root, depth + 1);
  const type = typeof real.type === "string" ? real.type : real.type?.[0];
  if (type === "array") return (real.minItems ?? 0) > 0 ? [exampleOf(real.items ?? {}, root, depth + 1)] : [];
  return plain[type ?? "object"]?.(real) ?? {};
}

const plain: Record<string, (schema: JsonSchema) => unknown> = {
  string: () => "",
  integer: ({ minimum }) => (minimum !== undefined && minimum > 0 ? minimum : 0),
  number: ({ minimum }) => (minimum !== undefined && minimum > 0 ? minimum : 0),
  boolean: () => false,
};

/** The required fields; where none is, all at the top, so that a person sees what there may be. */
function objectOf(schema: JsonSchema, root: JsonSchema, depth: number): Record<string, unknown> {
  const all = Object.entries(schema.properties ?? {});
  const wanted = requiredOf(schema);
  const shown =
    wanted.length === 0 && depth === 0 && all.length === 1 ? all : all.filter(([name]) => wanted.includes(name));
  return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(field, root, depth + 1)]));
}

/** A schema may ask for one of several sets of fields: the first of them will do. */
const requiredOf = ({ required = [], anyOf, oneOf }: JsonSchema): string[] => [
  ...required,
  ...((anyOf ?? oneOf)?.[0]?.required ?? []),
];
