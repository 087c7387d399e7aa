import * as z from "zod";
import type { Shape } from "./typescript.ts";

/** What of a schema a type of Python is made of: an object becomes a `TypedDict`, anything else an alias. */
interface PythonShape extends Pick<Shape, "schema" | "doc" | "omit"> {
  /** The type of which this one has all the fields. */
  extends?: string;
  /** The type as the client takes it, where that is more than the schema says. */
  type?: string;
}

/** The types that a client of Python has: `made` by their names, with those that they refer to. `io` is the side of a schema that is meant. */
export function pythonOf(shapes: Record<string, PythonShape>, made: readonly string[], io: "input" | "output"): string {
  const names = new Map(Object.entries(shapes).map(([name, { schema }]) => [keyOf(schema), name]));
  const done = new Map<string, string>();

  /** A type by its name; it is written before the one that refers to it, since an alias has to be there when it is used. */
  function named(schema: z.core.$ZodType, ifUnnamed: string): string {
    const name = names.get(keyOf(schema));
    if (name === undefined) return typeOf(schema, ifUnnamed);
    declare(name);
    return name;
  }

  function typeOf(schema: z.core.$ZodType, ifUnnamed: string): string {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    switch (def.type) {
      case "string":
        return "str";
      case "number":
        return (schema as z.ZodNumber).format?.includes("int") ? "int" : "float";
      case "boolean":
        return "bool";
      case "unknown":
        return "Any";
      case "null":
        return "None";
      case "literal":
        return literals(def.values);
      case "enum":
        return literals(Object.values(def.entries));
      case "array":
        return `list[${named(def.element, ifUnnamed)}]`;
      case "record":
        return `${io === "input" ? "Mapping" : "dict"}[${named(def.keyType, ifUnnamed)}, ${named(def.valueType, `${ifUnnamed}Value`)}]`;
      case "object":
        return declared(ifUnnamed, { schema: schema as z.ZodObject });
      case "union":
        return def.options.map((one, at) => named(one, `${ifUnnamed}${at + 1}`)).join(" | ");
      case "nullable":
        return `${named(def.innerType, ifUnnamed)} | None`;
      case "optional":
      case "default":
        return named(def.innerType, ifUnnamed);
      case "pipe":
        return named(io === "input" ? def.in : def.out, ifUnnamed);
      default:
        throw new Error(`there is no type of Python for a schema of type ${def.type}`);
    }
  }

  function declare(name: string): void {
    const shape = shapes[name];
    if (!done.has(name) && shape) declared(name, shape);
  }

  function declared(name: string, shape: PythonShape): string {
    if (done.has(name)) return name;
    if (shape.extends) declare(shape.extends);
    // A type that refers to itself finds its name taken.
    done.set(name, "");
    const { schema, type } = shape;
    const text = schema instanceof z.ZodObject ? classOf(name, shape) : `${name} = ${type ?? typeOf(schema, name)}`;
    done.delete(name);
    done.set(name, text);
    return name;
  }

  function classOf(name: string, { schema, doc, extends: base, omit = [] }: PythonShape): string {
    const shown = Object.entries((schema as z.ZodObject).shape)
      .filter(([field]) => !omit.includes(field))
      .map(([field, value]) => {
        const type = named(value, name + pascal(field));
        const isOptional = (io === "input" ? value._zod.optin : value._zod.optout) !== undefined;
        return { field, value, type: isOptional ? `NotRequired[${type}]` : type };
      });
    // A class cannot have them, but what it inherits from can.
    const odd = shown.filter(({ field }) => keywords.has(field)).map(({ field, type }) => `"${field}": ${type}`);
    const rest = `${name}Keywords`;
    const bases = [base, odd.length > 0 ? rest : undefined].filter((one) => one !== undefined);
    const head = docOf(doc ?? schema.description ?? "");
    return [
      ...(odd.length > 0 ? [`${rest} = TypedDict("${rest}", {${odd.join(", ")}})\n\n`] : []),
      `class ${name}(${bases.length > 0 ? bases.join(", ") : "TypedDict"}):`,
      ...(head.length > 0 ? [...head, ""] : []),
      ...shown
        .filter(({ field }) => !keywords.has(field))
        .flatMap(({ field, value, type }) => [`    ${field}: ${type}`, ...docOf(descriptionOf(value))]),
    ].join("\n");
  }

  /** What stands on the field, or else on what it may hold. What a type says of itself is not repeated. */
  function descriptionOf(field: z.core.$ZodType): string {
    const own = z.globalRegistry.get(field)?.description;
    const type = shapes[names.get(keyOf(field)) ?? ""]?.schema;
    if (type) return own === undefined || own === type.description ? "" : own;
    const { def } = (field as z.core.$ZodTypes)._zod;
    const isWrapped = def.type === "optional" || def.type === "default" || def.type === "nullable";
    return own ?? (isWrapped ? descriptionOf(def.innerType) : "");
  }

  for (const name of made) declare(name);
  return [...done.values()].join("\n\n\n");
}

/** Schemas with one definition are one type, and so are enums of the same values. */
const keyOf = (schema: z.core.$ZodType): unknown =>
  schema instanceof z.ZodEnum ? JSON.stringify(schema.options) : schema._zod.def;

/** https://docs.python.org/3/reference/lexical_analysis.html#keywords */
const keywords = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const literals = (values: readonly unknown[]): string =>
  `Literal[${values.map((value) => (value === true ? "True" : value === false ? "False" : JSON.stringify(value))).join(", ")}]`;

const longestLine = 120;

/** What a class or a field says of itself, as editors show it. */
function docOf(text: string): string[] {
  if (text === "") return [];
  const margin = "    ";
  const lines: string[] = [];
  let line = `${margin}"""`;
  for (const word of text.replaceAll("\\", "\\\\").replaceAll('"""', "'''").split(/\s+/)) {
    const next = line.endsWith('"""') || line === margin ? line + word : `${line} ${word}`;
    if (next.length + 3 <= longestLine) line = next;
    else {
      lines.push(line);
      line = margin + word;
    }
  }
  // A quotation mark at the end would be taken for the first of the three.
  return [...lines, line.endsWith('"') && !line.endsWith('"""') ? `${line} """` : `${line}"""`];
}
