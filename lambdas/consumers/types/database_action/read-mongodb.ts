import type { Placeholder } from "./placeholders.ts";
import { type PlaceholderFault, type Reading, readPlaceholders } from "./template.ts";
import { type NameRule, plainNames } from "./values.ts";

/** The fields of an action that are templates, how MongoDB interprets them, and their type as a whole. */
const templates = {
  filter: { reading: "plain", as: "object" },
  document: { reading: "plain", as: "object" },
  documents: { reading: "plain", as: "array" },
  update: { reading: "plain", as: "object" },
  projection: { reading: "expression", as: "object" },
  pipeline: { reading: "expression", as: "array" },
} as const;
export type TemplateField = keyof typeof templates;

/** An update that is a pipeline consists of expressions. */
export const readingOf = (field: TemplateField, template: unknown): Reading =>
  field === "update" && Array.isArray(template) ? "expression" : templates[field].reading;

export function readMongo(action: object): { placeholders: Placeholder[]; faults: PlaceholderFault[] } {
  const fields = Object.entries(action).filter(([field]) => Object.hasOwn(templates, field)) as [
    TemplateField,
    unknown,
  ][];
  const read = fields.map(([field, template]) => readPlaceholders(template, [field], readingOf(field, template)));
  return {
    placeholders: read.flatMap(({ placeholders }) => placeholders),
    faults: [...read.flatMap(({ faults }) => faults), ...fields.flatMap(([field, template]) => shape(field, template))],
  };
}

function shape(field: TemplateField, template: unknown): PlaceholderFault[] {
  const { placeholders, faults } = readPlaceholders(template);
  if (typeof template === "string" && faults.length === 0 && placeholders[0]?.type !== templates[field].as) {
    return [{ path: [field], detail: `must be JSON, or a placeholder of type ${templates[field].as}.` }];
  }
  if (field === "update" && typeof template === "object" && !Array.isArray(template)) {
    const plain = Object.keys(template ?? {}).filter((name) => !name.startsWith("$"));
    return plain.map((name) => ({ path: [field, name], detail: "an update must consist of operators such as $set." }));
  }
  if (field === "update" && typeof template === "string") {
    return [{ path: [field], detail: "an update must consist of operators such as $set, so an input cannot be one." }];
  }
  return [];
}

/**
 * The fault of a name in input data that has a special meaning for MongoDB or its driver: operators, paths into other fields,
 * and the property by which the driver recognises its own types.
 */
export const mongoNames: NameRule = (name) => {
  if (name.startsWith("$")) return "has a field whose name starts with $: operators are not accepted in data.";
  if (name.includes(".") || name.includes("\u0000"))
    return "has a field whose name contains a dot, which is not accepted.";
  return name === "_bsontype" ? "has a field _bsontype, which is not accepted." : plainNames(name);
};
