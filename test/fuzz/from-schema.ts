import type { Random } from "../simulation/random.ts";
import { document } from "../support/documented.ts";
import { oddNumbers, oddStrings } from "./values.ts";

type Schema = Record<string, unknown> & {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
};

const words = [
  "a",
  "en",
  "c-42",
  "ada@example.com",
  "+33612345678",
  "a/b.txt",
  "aGVsbG8=",
  "order_update",
  "image/png",
];
const times = [
  0,
  1_900_000_000,
  1_893_499_200_000,
  1_893_499_500_123,
  "2030-01-01T13:00:00Z",
  "2031-07-01T00:00:00+02:00",
];

/** A random value for a JSON Schema of the OpenAPI document, valid in most cases as far as the schema says. */
export function fromSchema(random: Random, schema: Schema, depth = 0): unknown {
  if (schema.$ref) return fromSchema(random, componentOf(schema.$ref), depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const some = schema.anyOf ?? schema.oneOf;
  if (some && some.length > 0) return fromSchema(random, random.pick(some), depth);
  switch (schema.type) {
    case "object":
      return objectOf(random, schema, depth);
    case "array":
      return Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, () =>
        fromSchema(random, schema.items ?? {}, depth + 1),
      );
    case "string":
      return stringOf(random, schema);
    case "integer":
    case "number":
      return numberOf(random, schema);
    case "boolean":
      return random.chance(0.5);
    case "null":
      return null;
    default:
      return random.pick([1, "x", null, true, [1, 2], { a: { b: 1 } }]);
  }
}

const componentOf = (ref: string): Schema => document.components.schemas[ref.slice(ref.lastIndexOf("/") + 1)] as Schema;

function objectOf(random: Random, { properties = {}, required = [], additionalProperties }: Schema, depth: number) {
  const wanted = Object.entries(properties).filter(([name]) => required.includes(name) || random.chance(0.25));
  const value: Record<string, unknown> = {};
  for (const [name, schema] of wanted) value[name] = fromSchema(random, schema, depth + 1);
  const open = additionalProperties !== undefined && additionalProperties !== false;
  if (open && depth < 4)
    value[random.pick(["a", "en", "name", "x-channel"])] = fromSchema(
      random,
      isSchema(additionalProperties),
      depth + 1,
    );
  return value;
}

const isSchema = (value: unknown): Schema => (typeof value === "object" && value !== null ? (value as Schema) : {});

function stringOf(
  random: Random,
  { format, minLength = 0, maxLength = 64 }: Schema & { minLength?: number; maxLength?: number },
) {
  if (format === "date-time") return random.pick(times.filter((time) => typeof time === "string"));
  if (random.chance(0.1)) return random.pick(oddStrings);
  return random.pick(words).padEnd(minLength, "x").slice(0, maxLength);
}

function numberOf(random: Random, { minimum = 0, maximum = 1e13 }: Schema & { minimum?: number; maximum?: number }) {
  if (random.chance(0.1)) return random.pick(oddNumbers);
  if (random.chance(0.3))
    return random.pick([minimum, maximum, minimum + 1, ...times.filter((time) => typeof time === "number")]);
  return random.int(minimum, Math.min(maximum, minimum + 100_000));
}
