import type { Placeholder } from "./placeholders.ts";
import { compile } from "./statement.ts";
import { type PlaceholderFault, readPlaceholders } from "./template.ts";

const expressionFields = ["key_condition", "filter", "projection", "update", "condition"] as const;
export type ExpressionField = (typeof expressionFields)[number];
const templateFields = ["item", "key"] as const;

interface DynamoStatement {
  expressions: Partial<Record<ExpressionField, string>>;
  /** The placeholders behind `:p0`, `:p1` ... of all expressions. */
  values: Placeholder[];
  placeholders: Placeholder[];
  faults: PlaceholderFault[];
}

export function readDynamo(fields: Readonly<Record<string, unknown>>): DynamoStatement {
  const read: DynamoStatement = { expressions: {}, values: [], placeholders: [], faults: [] };
  for (const field of templateFields) {
    if (fields[field] === undefined) continue;
    const { placeholders, faults } = readPlaceholders(fields[field], [field]);
    read.placeholders.push(...placeholders);
    read.faults.push(...faults);
    if (typeof fields[field] === "string" && faults.length === 0 && placeholders[0]?.type !== "object") {
      read.faults.push({ path: [field], detail: "must be JSON, or a placeholder of type object." });
    }
  }
  for (const field of expressionFields) {
    const source = fields[field];
    if (typeof source !== "string") continue;
    const { text, placeholders, faults } = compile(source, "dynamodb", read.values.length);
    read.expressions[field] = text;
    read.values.push(...placeholders);
    read.faults.push(...faults.map((detail) => ({ path: [field], detail })));
  }
  read.placeholders.push(...read.values);
  return read;
}
