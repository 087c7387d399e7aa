import type { Json } from "../cli/api.ts";
import { isObject } from "./schema.ts";

/**
 * The schema of an argument, as short as an agent can do with: the list of tools is in the context of each of its conversations. An
 * argument has a sentence, the fields of a request have their types, and those of an object in it their names. Alternatives of objects
 * become one object with the fields of all. The API checks the rest, and `describeTool` has the whole schema.
 */
export function brief(schema: Json): Json {
  const { description = "", properties, required = [], ...rest } = merged(schema);
  const text = firstSentence(String(description));
  return {
    ...typeOf(rest),
    ...(text && { description: text }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties)
          .filter(([name]) => !noArguments.has(name))
          .map(([name, one]) => [name, briefField(one as Json)]),
      ),
      ...((required as string[]).length > 0 && { required }),
    }),
  };
}

/** What tracing libraries set, and no agent. */
const noArguments: ReadonlySet<string> = new Set(["traceparent", "tracestate"]);

function briefField(schema: Json): Json {
  const { properties, required = [], ...rest } = merged(schema);
  if (!isObject(properties)) return typeOf(rest);
  const names = Object.keys(properties).map((name) =>
    (required as string[]).includes(name) ? `${name} (required)` : name,
  );
  return { ...typeOf(rest), description: `With ${names.join(", ")}.` };
}

function typeOf({ type, enum: values, items }: Json): Json {
  const ofItems = isObject(items) && Array.isArray(items.enum) && { items: { enum: items.enum } };
  return { ...(type !== undefined && { type }), ...(values !== undefined && { enum: values }), ...ofItems };
}

const mostCharacters = 110;

/** The first sentence of a text; none if it is a long one, of which a part would mislead. */
export function firstSentence(text: string): string | undefined {
  const sentence = /^.*?[.:;](?=\s|$)/s.exec(text)?.[0] ?? text;
  return sentence.length > mostCharacters ? undefined : sentence.replace(/[:;]$/, ".");
}

/** A schema of alternatives with the fields of all that are objects, and the types that a value may have. */
function merged(schema: Json): Json {
  const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray) as Json[] | undefined;
  if (alternatives === undefined) return schema;
  const all = alternatives.map(merged);
  const objects = all.filter((one) => isObject(one.properties));
  const types = [...new Set(all.flatMap(({ type }) => (type === undefined ? [] : [type].flat())))];
  const items = all.find((one) => isObject(one.items))?.items;
  return {
    ...schema,
    ...(types.length > 0 && { type: types.length === 1 ? types[0] : types }),
    ...(items !== undefined && { items }),
    ...(objects.length > 0 && fieldsOf(objects)),
  };
}

/** A field that all have alike stays as it is; one that differs has its type only. What all require is required. */
function fieldsOf(objects: Json[]): Json {
  const found = new Map<string, Json[]>();
  for (const { properties } of objects)
    for (const [name, one] of Object.entries(properties as Json))
      found.set(name, [...(found.get(name) ?? []), one as Json]);
  const required = objects.map((one) => (one.required ?? []) as string[]);
  return {
    properties: Object.fromEntries([...found].map(([name, [first = {}, ...rest]]) => [name, alike(first, rest)])),
    required: (required[0] ?? []).filter((name) => required.every((names) => names.includes(name))),
  };
}

function alike(first: Json, rest: Json[]): Json {
  if (rest.every((one) => JSON.stringify(one) === JSON.stringify(first))) return first;
  return {
    ...(first.type !== undefined && { type: first.type }),
    ...(first.description !== undefined && { description: first.description }),
  };
}
