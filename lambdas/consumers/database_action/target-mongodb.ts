import * as z from "zod";
import { strict } from "../../core/schema.ts";
import type { Placeholder } from "./placeholders.ts";
import { MaxRows } from "./target-sql.ts";
import { type Reading, readTemplate, type TemplateFault } from "./template.ts";
import type { NameRule } from "./values.ts";
import { plainNames } from "./values.ts";

/** A document as JSON, or one placeholder of type object that stands for the whole of it. */
const Document = z.union([z.record(z.string(), z.unknown()), z.string()]);
const Documents = z.union([z.array(Document).min(1), z.string()]);
const Update = z.union([Document, z.array(z.record(z.string(), z.unknown())).min(1)]);
const Directions = z.record(z.string(), z.union([z.literal(1), z.literal(-1)]));

const common = {
  collection: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^$\0]+$/, "holds no $"),
};
const reads = {
  ...common,
  projection: z.record(z.string(), z.unknown()).optional(),
  sort: Directions.optional(),
  skip: z.int().min(0).optional(),
};
const upsert = z.boolean().optional();
const of = <const Name extends string, Shape extends z.ZodRawShape>(operation: Name, shape: Shape) =>
  strict({ operation: z.literal(operation), ...shape });

/** Ductape's table of operations. Operators stand in these templates only: in the values of an input they are refused. */
export const mongoAction = () =>
  z
    .discriminatedUnion("operation", [
      of("find", { ...reads, filter: Document.optional(), limit: z.int().min(1).optional(), max_rows: MaxRows }),
      of("findOne", { ...reads, filter: Document.optional() }),
      of("countDocuments", { ...common, filter: Document.optional() }),
      of("estimatedDocumentCount", common),
      of("insertOne", { ...common, document: Document }),
      of("insertMany", { ...common, documents: Documents }),
      // No default: a forgotten filter must not mean every document.
      of("updateOne", { ...common, filter: Document, update: Update, upsert }),
      of("updateMany", { ...common, filter: Document, update: Update, upsert }),
      of("deleteOne", { ...common, filter: Document }),
      of("deleteMany", { ...common, filter: Document }),
      of("aggregate", { ...common, pipeline: z.array(z.record(z.string(), z.unknown())).min(1), max_rows: MaxRows }),
    ])
    .superRefine((action, context) => {
      for (const { path, detail } of readMongo(action).faults) {
        context.addIssue({ code: "custom", path, message: detail });
      }
    });
export type MongoAction = z.output<ReturnType<typeof mongoAction>>;

/** The fields of an action that are templates, how MongoDB reads them, and what they must be as a whole. */
const templates = {
  filter: { reading: "plain", as: "object" },
  document: { reading: "plain", as: "object" },
  documents: { reading: "plain", as: "array" },
  update: { reading: "plain", as: "object" },
  projection: { reading: "expression", as: "object" },
  pipeline: { reading: "expression", as: "array" },
} as const;
export type TemplateField = keyof typeof templates;

/** An update that is a pipeline holds expressions. */
export const readingOf = (field: TemplateField, template: unknown): Reading =>
  field === "update" && Array.isArray(template) ? "expression" : templates[field].reading;

export function readMongo(action: MongoAction): { placeholders: Placeholder[]; faults: TemplateFault[] } {
  const fields = Object.entries(action).filter(([field]) => Object.hasOwn(templates, field)) as [
    TemplateField,
    unknown,
  ][];
  const read = fields.map(([field, template]) => readTemplate(template, [field], readingOf(field, template)));
  return {
    placeholders: read.flatMap(({ placeholders }) => placeholders),
    faults: [...read.flatMap(({ faults }) => faults), ...fields.flatMap(([field, template]) => shape(field, template))],
  };
}

function shape(field: TemplateField, template: unknown): TemplateFault[] {
  const { placeholders, faults } = readTemplate(template);
  if (typeof template === "string" && faults.length === 0 && placeholders[0]?.type !== templates[field].as) {
    return [{ path: [field], detail: `is JSON, or a placeholder of type ${templates[field].as}.` }];
  }
  if (field === "update" && typeof template === "object" && !Array.isArray(template)) {
    const plain = Object.keys(template ?? {}).filter((name) => !name.startsWith("$"));
    return plain.map((name) => ({ path: [field, name], detail: "an update holds operators such as $set." }));
  }
  if (field === "update" && typeof template === "string") {
    return [{ path: [field], detail: "an update holds operators such as $set: no input can be one." }];
  }
  return [];
}

/**
 * Names in input data that MongoDB or its driver would take for more than a name: operators, paths into other
 * fields, and the mark by which the driver knows its own types.
 */
export const mongoNames: NameRule = (name) => {
  if (name.startsWith("$")) return "has a field whose name starts with $: operators are not accepted in data.";
  if (name.includes(".") || name.includes("\u0000"))
    return "has a field whose name holds a dot, which is not accepted.";
  return name === "_bsontype" ? "has a field _bsontype, which is not accepted." : plainNames(name);
};
