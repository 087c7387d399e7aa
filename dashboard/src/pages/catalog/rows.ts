import type { JobType } from "../../../../sdk/src/answers.ts";
import { hintOf, isRequired, type JsonSchema, resolved } from "../../ui/schema.ts";

/** A field of an input, for a table: `email.to`. */
interface FieldRow {
  path: string;
  depth: number;
  required: boolean;
  hint: string;
}

const deepest = 4;

/** The fields of an event's input in the order of its schema, those within others right below them. */
export function fieldRows(schema: JsonSchema, root: JsonSchema = schema, path = "", depth = 0): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const field = resolved(given, root);
    const full = path === "" ? name : `${path}.${name}`;
    const row = { path: full, depth, required: isRequired(schema, name), hint: hintOf(field) };
    return [row, ...(depth < deepest ? fieldRows(field, root, full, depth + 1) : [])];
  });
}

const words: Record<string, string> = {
  action: "Calls an HTTP API",
  notification: "Sends by push, mail, SMS or callback",
  database_action: "Runs a statement of a database",
  function: "Calls a function",
  storage: "Stores a file",
  publish: "Publishes to a broker",
  feature: "Runs other events as steps",
} satisfies Record<JobType, string>;

export const typeWords = (type: string): string => words[type] ?? type;
