import * as z from "zod";
import { Tag } from "../../core/catalog.ts";
import { perEnv } from "../../core/env-config.ts";
import type { JobTypeDefinition } from "../../core/job-type.ts";
import { didYouMean, strict } from "../../core/schema.ts";
import { compile } from "./statement.ts";
import { DynamoPlace, dynamoAction, readDynamo } from "./target-dynamodb.ts";
import { mongoAction, mongoNames, readMongo } from "./target-mongodb.ts";
import { Connection, sqlAction } from "./target-sql.ts";
import { type Input, inputFaults, plainNames } from "./values.ts";

const Records = z.record(z.string(), z.unknown());

/** IDbActionRequest: what fills the placeholders of a named action. */
export const DatabaseInput = strict({ data: Records, filter: Records.optional() });
export type DatabaseInput = z.infer<typeof DatabaseInput>;

/** A database: how each env reaches it, and what may be done in it, by name. */
export const databaseTarget = () =>
  z.discriminatedUnion("engine", [
    strict({
      engine: z.literal("postgres"),
      envs: perEnv(Connection),
      actions: z.record(Tag, sqlAction("postgres")),
    }),
    strict({ engine: z.literal("mysql"), envs: perEnv(Connection), actions: z.record(Tag, sqlAction("mysql")) }),
    strict({ engine: z.literal("mongodb"), envs: perEnv(Connection), actions: z.record(Tag, mongoAction()) }),
    strict({ engine: z.literal("dynamodb"), envs: perEnv(DynamoPlace), actions: z.record(Tag, dynamoAction()) }),
  ]);
export type DatabaseTarget = z.output<ReturnType<typeof databaseTarget>>;

/** What the input lacks of what the placeholders of the target's action ask for. */
export function databaseFaults(target: DatabaseTarget, action: string, input: Input) {
  if (!Object.hasOwn(target.actions, action)) return [];
  switch (target.engine) {
    case "postgres":
    case "mysql": {
      const { placeholders } = compile(target.actions[action]?.statement ?? "", target.engine);
      return inputFaults(placeholders, input, plainNames);
    }
    case "mongodb":
      return inputFaults(readMongo(target.actions[action] as never).placeholders, input, mongoNames);
    case "dynamodb":
      return inputFaults(readDynamo(target.actions[action] as never).placeholders, input, plainNames);
  }
}

export const databaseAction = {
  type: "database_action",
  summary: "Run a named action of a database.",
  requestName: "IDbActionRequest",
  section: "databases",
  targetField: "database",
  input: () => DatabaseInput,
  target: databaseTarget,
  eventFields: () => ({ database: Tag, action: Tag }),
  checkEvent(event, target) {
    const { actions } = target as DatabaseTarget;
    if (Object.hasOwn(actions, String(event.action))) return [];
    const hint = didYouMean(String(event.action), Object.keys(actions));
    return [{ pointer: "/action", detail: `database ${event.database} has no such action.${hint}` }];
  },
  checkInput({ target, event, input }) {
    return databaseFaults(target as DatabaseTarget, String(event.action), input as unknown as Input);
  },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 300_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
