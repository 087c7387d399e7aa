import * as z from "zod";

/** A type that is made of a schema. */
export interface Shape {
  schema: z.ZodType;
  /** What the type says of itself. Default: the schema's description. */
  doc?: string;
  /** Types that it extends, with the declarations of those that are written by hand. */
  extends?: string[];
  /** Fields that are left out, such as those of a type that it extends. */
  omit?: readonly string[];
  /** Fields that the SDK does not require, or for which it has its own default, and what that is. */
  defaults?: Record<string, string>;
  /** The types of fields of which the SDK takes more than the schema says. */
  fields?: Record<string, string>;
}

/** Prints schemas as TypeScript, with what they say of themselves as TSDoc. `io` is the side of a schema that is meant. */
export function typescriptOf(shapes: Record<string, Shape>, known: Record<string, z.ZodType>, io: "input" | "output") {
  const made = Object.entries(shapes).map(([name, { schema }]) => [name, schema] as const);
  const types = new Map([...Object.entries(known), ...made].map(([name, schema]) => [keyOf(schema), { name, schema }]));

  const named = (schema: z.core.$ZodType): string => types.get(keyOf(schema))?.name ?? typeOf(schema);

  function typeOf(schema: z.core.$ZodType): string {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    switch (def.type) {
      case "string":
      case "number":
      case "boolean":
      case "unknown":
      case "null":
        return def.type;
      case "literal":
        return literals(def.values);
      case "enum":
        return literals(Object.values(def.entries));
      case "array":
        return `(${named(def.element)})[]`;
      case "record":
        return `Record<${named(def.keyType)}, ${named(def.valueType)}>`;
      case "object":
        return bodyOf({ schema: schema as z.ZodObject });
      case "union":
        return def.options.map(named).join(" | ");
      case "nullable":
        return `${named(def.innerType)} | null`;
      case "optional":
      case "default":
        return named(def.innerType);
      case "pipe":
        return named(io === "input" ? def.in : def.out);
      default:
        throw new Error(`there is no TypeScript for a schema of type ${def.type}`);
    }
  }

  function bodyOf({ schema, omit = [], defaults = {}, fields = {} }: Shape): string {
    const shown = Object.entries((schema as z.ZodObject).shape).filter(([name]) => !omit.includes(name));
    const lines = shown.map(([name, field]) => {
      const isInput = io === "input";
      const isOptional = name in defaults || (isInput ? field._zod.optin : field._zod.optout) !== undefined;
      const type = fields[name] ?? named(field);
      const orNothing = isOptional && isInput && type !== "unknown" ? " | undefined" : "";
      return `${fieldDoc(field, defaults[name])}${name}${isOptional ? "?" : ""}: ${type}${orNothing};`;
    });
    return `{\n${lines.join("\n")}\n}`;
  }

  /** What a field says: its description, its default and its examples. */
  function fieldDoc(field: z.core.$ZodType, ownDefault: string | undefined): string {
    const { description = "", examples: listed = [] } = metaOf(field);
    const examples = [listed].flat();
    const { text = description, told } = /^(?<text>.*) Default: (?<told>.*)\.$/s.exec(description)?.groups ?? {};
    const fallback = ownDefault ?? told ?? defaultOf(field);
    return commentOf(text, [
      ...(fallback === undefined ? [] : [`@default ${fallback}`]),
      ...(examples.length > 0 ? [`@example ${examples.map(codeOf).join(", or ")}`] : []),
    ]);
  }

  /** What stands on the field, or else on what it may hold. What a type says of itself is not repeated. */
  function metaOf(field: z.core.$ZodType): z.core.GlobalMeta {
    const own = z.globalRegistry.get(field) ?? {};
    const type = types.get(keyOf(field))?.schema;
    if (type) return own.description === type.description ? {} : own;
    const inner = innerOf(field);
    return own.description === undefined && inner ? { ...metaOf(inner), ...own } : own;
  }

  const declarationOf = ([name, shape]: [string, Shape]): string => {
    const { schema, doc = schema.description ?? "" } = shape;
    const head = commentOf(doc, []);
    if (!(schema instanceof z.ZodObject)) return `${head}export type ${name} = ${typeOf(schema)};`;
    const base = shape.extends ? `extends ${shape.extends.join(", ")} ` : "";
    return `${head}export interface ${name} ${base}${bodyOf(shape)}`;
  };

  return Object.entries(shapes).map(declarationOf).join("\n\n");
}

/** Schemas with one definition are one type, whatever their descriptions; and so are enums of the same values. */
const keyOf = (schema: z.core.$ZodType): unknown => (schema instanceof z.ZodEnum ? valuesOf(schema) : schema._zod.def);

const valuesOf = (schema: z.ZodType): string => JSON.stringify((schema as z.ZodEnum).options);

const literals = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(" | ");

const codeOf = (value: unknown): string => {
  const json = JSON.stringify(value, undefined, 1).replaceAll(/\n */g, " ");
  return `\`${json.replaceAll(/"([A-Za-z_]\w*)":/g, "$1:").replaceAll(/\[ (.*?) \]/g, "[$1]")}\``;
};

/** What an optional schema, or one with a default, wraps. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "optional" || def.type === "default" || def.type === "nullable" ? def.innerType : undefined;
}

function defaultOf(schema: z.core.$ZodType): string | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "default" ? codeOf(def.defaultValue) : undefined;
}

const longestLine = 112;

/** A TSDoc comment: one line if it has no tags and is short. */
export function commentOf(text: string, tags: readonly string[]): string {
  const lines = [text, ...tags].filter((part) => part !== "").flatMap(wrapped);
  if (lines.length === 0) return "";
  if (lines.length === 1 && tags.length === 0) return `/** ${lines[0]} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length >= longestLine) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
