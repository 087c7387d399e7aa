import { createRequire } from "node:module";

type Value = Record<string, unknown>;

/** What dynalite gives its parsers: they look names and values up, and strike out those that they have used. */
export interface Context {
  attrNames?: Record<string, string>;
  attrVals?: Record<string, Value>;
  unusedAttrNames: Record<string, true>;
  unusedAttrVals: Record<string, true>;
  isKeyCondition?: boolean;
}

interface Parser {
  parse(text: string, options: { context: Context }): unknown;
}

/** An expression as it was parsed, for other values of the same types. */
interface Parsed {
  /** Makes what the parser answers. Each request has one to itself, because dynalite changes it. */
  make: (values: Context["attrVals"]) => unknown;
  usedNames: string[];
  usedValues: string[];
}

/** Their parser looks at values, and not only at the types of them. */
const dependsOnValues = /between|attribute_type/i;

const mostKept = 500;

/** dynalite's parsers, which it neither exports nor types. */
const require = createRequire(createRequire(import.meta.url).resolve("dynalite"));
export const parsers = ["condition", "update"].map((name) => require(`./db/${name}Parser`) as Parser);

/**
 * Keeps what dynalite's parsers make of an expression, which takes them longer than everything else that dynalite does with a write, while our
 * expressions are few. The returned function takes it back.
 */
export function keepExpressions(): () => void {
  const before = parsers.map((parser) => ({ parser, parse: parser.parse }));
  for (const { parser, parse } of before) parser.parse = keeping(parse);
  return () => {
    for (const { parser, parse } of before) parser.parse = parse;
  };
}

function keeping(parse: Parser["parse"]): Parser["parse"] {
  const kept = new Map<string, Parsed>();
  return (text, options) => {
    if (dependsOnValues.test(text)) return parse(text, options);
    const { context } = options;
    const key = keyOf(text, context);
    const known = kept.get(key);
    if (known) {
      for (const name of known.usedNames) delete context.unusedAttrNames[name];
      for (const name of known.usedValues) delete context.unusedAttrVals[name];
      return known.make(context.attrVals);
    }
    const names = Object.keys(context.unusedAttrNames);
    const values = Object.keys(context.unusedAttrVals);
    const parsed = parse(text, options);
    // A text is a fault.
    if (typeof parsed !== "object") return parsed;
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, {
      make: maker(parsed, new Map(Object.entries(context.attrVals ?? {}).map(([name, value]) => [value, name]))),
      usedNames: names.filter((name) => !context.unusedAttrNames[name]),
      usedValues: values.filter((name) => !context.unusedAttrVals[name]),
    });
    return parsed;
  };
}

const keyOf = (text: string, { attrNames = {}, attrVals = {}, isKeyCondition }: Context): string =>
  JSON.stringify([
    text,
    isKeyCondition ?? false,
    attrNames,
    Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)]),
  ]);

/** A function that copies what was parsed, with other values in the places of those that it was parsed with. */
function maker(parsed: unknown, names: ReadonlyMap<unknown, string>): Parsed["make"] {
  const name = names.get(parsed);
  if (name !== undefined) return (values) => values?.[name];
  if (Array.isArray(parsed)) {
    const items = parsed.map((item) => maker(item, names));
    return (values) => items.map((make) => make(values));
  }
  if (typeof parsed !== "object" || parsed === null) return () => parsed;
  const fields = Object.entries(parsed).map(([field, value]) => [field, maker(value, names)] as const);
  const prototype = Object.getPrototypeOf(parsed);
  return (values) => {
    const made = Object.create(prototype);
    for (const [field, make] of fields) made[field] = make(values);
    return made;
  };
}
