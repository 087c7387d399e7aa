import * as z from "zod";
import { strict } from "../../../core/kernel/schema.ts";
import { readMongo } from "./read-mongodb.ts";
import { MaxRows } from "./target-sql.ts";

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
    .regex(/^[^$\0]+$/, "must not contain $"),
};
const reads = {
  ...common,
  projection: z.record(z.string(), z.unknown()).optional(),
  sort: Directions.optional(),
  skip: z.int().min(0).optional(),
};
const upsert = z.boolean().optional();
const mongoOperation = <const Name extends string, Shape extends z.ZodRawShape>(operation: Name, shape: Shape) =>
  strict({ operation: z.literal(operation), ...shape });

/** Ductape's operations. MongoDB's operators are allowed in these templates only; in the values of an input they are refused. */
export const mongoAction = () =>
  z
    .discriminatedUnion("operation", [
      mongoOperation("find", {
        ...reads,
        filter: Document.optional(),
        limit: z.int().min(1).optional(),
        max_rows: MaxRows,
      }),
      mongoOperation("findOne", { ...reads, filter: Document.optional() }),
      mongoOperation("countDocuments", { ...common, filter: Document.optional() }),
      mongoOperation("estimatedDocumentCount", common),
      mongoOperation("insertOne", { ...common, document: Document }),
      mongoOperation("insertMany", { ...common, documents: Documents }),
      // Required, because a forgotten filter would mean every document.
      mongoOperation("updateOne", { ...common, filter: Document, update: Update, upsert }),
      mongoOperation("updateMany", { ...common, filter: Document, update: Update, upsert }),
      mongoOperation("deleteOne", { ...common, filter: Document }),
      mongoOperation("deleteMany", { ...common, filter: Document }),
      mongoOperation("aggregate", {
        ...common,
        pipeline: z.array(z.record(z.string(), z.unknown())).min(1),
        max_rows: MaxRows,
      }),
    ])
    .superRefine((action, context) => {
      for (const { path, detail } of readMongo(action).faults) {
        context.addIssue({ code: "custom", path, message: detail });
      }
    });
export type MongoAction = z.input<ReturnType<typeof mongoAction>>;
