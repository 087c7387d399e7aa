import * as z from "zod";
import { Reference } from "../../../core/catalog/reference-schema.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { compile, type Dialect } from "./statement.ts";

/** The operations of an action, each with the words that its statement may start with. */
const verbs = {
  create: ["INSERT", "REPLACE", "WITH", "CALL"],
  read: ["SELECT", "WITH", "VALUES", "TABLE", "SHOW"],
  update: ["UPDATE", "INSERT", "REPLACE", "MERGE", "WITH", "CALL"],
  delete: ["DELETE", "WITH", "CALL"],
  aggregate: ["SELECT", "WITH"],
} as const;
const operations = ["create", "read", "update", "delete", "aggregate"] as const;

/** The most rows or documents of a result. Further ones are left out, and `truncated` is then true. */
export const largestMaxRows = 10_000;
export const MaxRows = z.int().min(1).max(largestMaxRows).optional();

/** A reference to `postgres://user:password@host:5432/name` or `mysql://...`. The URL decides about TLS. */
export const Connection = strict({ connection: Reference });

/** A named action of an SQL database: one statement, with `{{field:type:min:max}}` in place of each value. */
export const sqlAction = (dialect: Dialect) =>
  strict({
    operation: z.enum(operations),
    statement: z.string().min(1),
    /** Default 1000. */
    max_rows: MaxRows,
  }).superRefine(({ operation, statement }, context) => {
    const add = (message: string) => context.addIssue({ code: "custom", path: ["statement"], message });
    compile(statement, dialect).faults.forEach(add);
    const allowed: readonly string[] = verbs[operation];
    if (!allowed.includes(firstWord(statement))) add(`a ${operation} must start with ${allowed.join(", ")}.`);
  });
export type SqlAction = z.input<ReturnType<typeof sqlAction>>;

const firstWord = (statement: string) =>
  (/^(?:\s|\(|--[^\n]*\n|\/\*[\s\S]*?\*\/)*([A-Za-z]+)/.exec(statement)?.[1] ?? "").toUpperCase();

/** Whether a procedure is called, which may commit before it fails. */
export const callsProcedure = ({ statement }: Pick<SqlAction, "statement">): boolean => firstWord(statement) === "CALL";
