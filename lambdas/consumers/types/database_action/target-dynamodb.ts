import * as z from "zod";
import { TextOrReference } from "../../../core/catalog/reference-schema.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { readDynamo } from "./read-dynamodb.ts";
import { MaxRows } from "./target-sql.ts";

/** The region defaults to the one that this Lambda runs in. An endpoint is for a DynamoDB that is not AWS's. */
export const DynamoPlace = strict({ region: TextOrReference.optional(), endpoint: TextOrReference.optional() });

const Attributes = z.union([z.record(z.string(), z.unknown()), z.string()]);
const Expression = z.string().min(1);
const common = {
  table: z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/, "the name of a DynamoDB table"),
  /** `#name` for attribute names that are reserved words. */
  names: z.record(z.string().regex(/^#\w+$/, "starts with #"), z.string().min(1)).optional(),
};
const query = {
  ...common,
  index: z.string().min(3).max(255).optional(),
  /** In DynamoDB's syntax, with `{{field:type}}` in place of a value: `customer = {{filter.customer:string}}`. */
  key_condition: Expression,
  filter: Expression.optional(),
};
const dynamoOperation = <const Name extends string, Shape extends z.ZodRawShape>(operation: Name, shape: Shape) =>
  strict({ operation: z.literal(operation), ...shape });

/** Expressions in DynamoDB's own syntax; placeholders in them become ExpressionAttributeValues. */
export const dynamoAction = () =>
  z
    .discriminatedUnion("operation", [
      dynamoOperation("put", { ...common, item: Attributes, condition: Expression.optional() }),
      dynamoOperation("get", {
        ...common,
        key: Attributes,
        projection: Expression.optional(),
        consistent: z.boolean().optional(),
      }),
      dynamoOperation("query", {
        ...query,
        projection: Expression.optional(),
        /** Ascending by the sort key unless false. */
        forward: z.boolean().optional(),
        max_rows: MaxRows,
      }),
      dynamoOperation("count", query),
      dynamoOperation("update", { ...common, key: Attributes, update: Expression, condition: Expression.optional() }),
      dynamoOperation("delete", { ...common, key: Attributes, condition: Expression.optional() }),
    ])
    .superRefine((action, context) => {
      for (const { path, detail } of readDynamo(action).faults) {
        context.addIssue({ code: "custom", path, message: detail });
      }
    });
export type DynamoAction = z.input<ReturnType<typeof dynamoAction>>;
