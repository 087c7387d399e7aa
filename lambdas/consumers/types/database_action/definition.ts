import * as z from "zod";
import type { JobTypeDefinition } from "../../../core/catalog/job-type.ts";
import { lazy } from "../../../core/schema/lazy.ts";
import { didYouMean, strict } from "../../../core/schema/schema.ts";
import { Tag } from "../../../core/schema/tag.ts";
import { readDynamo } from "./read-dynamodb.ts";
import { mongoNames, readMongo } from "./read-mongodb.ts";
import { compile } from "./statement.ts";
import type { DatabaseTarget } from "./target.ts";
import { type Input, inputFaults, plainNames } from "./values.ts";

/** IDbActionRequest: what fills the placeholders of a named action. */
export const databaseInput = lazy(() => {
  const Records = z.record(z.string(), z.unknown());
  // An action that only selects records takes nothing but their filter; what an action needs its placeholders say.
  return strict({ data: Records.optional(), filter: Records.optional() });
});
export type DatabaseInput = z.infer<ReturnType<typeof databaseInput>>;

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
  input: databaseInput,
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
