import * as z from "zod";
import { Tag } from "../../core/catalog.ts";
import { perEnv } from "../../core/env-config.ts";
import type { JobTypeDefinition } from "../../core/job-type.ts";
import { Reference } from "../../core/references.ts";
import { didYouMean, strict } from "../../core/schema.ts";

const Records = z.record(z.string(), z.unknown());

/** IDbActionRequest: what fills the placeholders of a named action. */
export const DatabaseInput = strict({ data: Records, filter: Records.optional() });
export type DatabaseInput = z.infer<typeof DatabaseInput>;

export const databaseTarget = () =>
  strict({
    engine: z.enum(["postgres", "mysql", "mongodb", "dynamodb"]),
    envs: perEnv(strict({ connection: Reference })),
    actions: z.record(Tag, strict({ operation: z.string().min(1), statement: z.string().min(1) })),
  });
export type DatabaseTarget = z.output<ReturnType<typeof databaseTarget>>;

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
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 300_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
