import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { DynamoPlace, dynamoAction } from "./target-dynamodb.ts";
import { mongoAction } from "./target-mongodb.ts";
import { Connection, sqlAction } from "./target-sql.ts";

/** A database: how to connect to it in each env, and its named actions. */
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
export type DatabaseTarget = z.input<ReturnType<typeof databaseTarget>>;
