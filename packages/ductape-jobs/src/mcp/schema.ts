import type { Json } from "../cli/api.ts";

const prefix = "#/components/schemas/";

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The schema with what it refers to inside, since a tool's schema stands alone, and made short: an agent reads all of it before it does
 * anything. It says what a person would have to know; the API checks the rest. `replace` may put another schema in the place of a
 * component.
 */
export function standalone(
  schema: Json,
  components: Record<string, Json>,
  replace: (name: string) => Json | undefined = () => undefined,
): Json {
  const inlined = (value: unknown, within: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one) => inlined(one, within));
    if (!isObject(value)) return value;
    const { $ref, ...others } = value;
    if (typeof $ref === "string" && $ref.startsWith(prefix)) {
      const name = $ref.slice(prefix.length);
      // A component within itself has no end: anything is allowed there, and the API checks it.
      const target = within.includes(name) ? {} : (replace(name) ?? components[name] ?? {});
      return { ...(inlined(target, [...within, name]) as Json), ...others };
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inlined(one, within)]));
  };
  return shortened(inlined(schema, [])) as Json;
}

/** Without what only a validator needs where the schema says it in fewer words, and with alternatives that differ little as one. */
function shortened(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => shortened(one));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(
    ([key]) => isNames || !(key === "$schema" || (key === "pattern" && value.format !== undefined)),
  );
  const made = Object.fromEntries(
    entries.map(([key, one]) => [key, shortened(one, !isNames && (key === "properties" || key === "$defs"))]),
  );
  return isNames ? made : folded(made);
}

/**
 * Alternatives of objects with the same fields, of which most are the same, as one object whose other fields have alternatives. The
 * kinds of job differ by their input only. That admits mixtures, where more than one field differs.
 */
function folded(schema: Json): Json {
  const { anyOf, ...others } = schema;
  if (!Array.isArray(anyOf) || anyOf.length < 2 || !anyOf.every(isPlainObject)) return schema;
  const [first, ...rest] = anyOf as [ObjectSchema, ...ObjectSchema[]];
  const shape = ({ properties, ...without }: ObjectSchema) => JSON.stringify([Object.keys(properties), rigid(without)]);
  if (rest.some((one) => shape(one) !== shape(first))) return schema;
  const properties = Object.fromEntries(
    Object.keys(first.properties).map((name) => {
      const distinct = new Map(
        [first, ...rest].map(({ properties }) => [JSON.stringify(properties[name]), properties[name]]),
      );
      return [name, distinct.size === 1 ? first.properties[name] : { anyOf: [...distinct.values()] }];
    }),
  );
  const { title: _, description, ...whole } = first;
  return { ...whole, properties, ...others };
}

interface ObjectSchema extends Json {
  properties: Record<string, Json>;
}

const isPlainObject = (value: unknown): value is ObjectSchema =>
  isObject(value) && value.type === "object" && isObject(value.properties);

/** What must be equal for two objects to be folded: all but what is only said to people. */
const rigid = ({ title: _, description: __, ...rest }: Json): Json => rest;
