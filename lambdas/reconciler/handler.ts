import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { clientDefaults } from "../aws/client/client-defaults.ts";
import { dynamoScheduleStates } from "../aws/dynamodb/schedule-states.ts";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { invocationFields } from "../aws/log/log.ts";
import { ReconcilerEnv, readEnv } from "../aws/start/env.ts";
import { startServices } from "../aws/start/start-up.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { schedulesHash, schedulesOfCode } from "../core/catalog/schedules.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { lazy } from "../core/schema/lazy.ts";
import { countHotMinutes } from "./hot-minutes.ts";
import { newMemory } from "./memory.ts";
import { reconcile } from "./reconcile.ts";
import { followedFor, syncSchedules } from "./schedules.ts";

const start = lazy(() => {
  const env = readEnv(ReconcilerEnv);
  const client = new DynamoDBClient(clientDefaults);
  const hash = env.SCHEDULES === schedulesOfCode ? schedulesHash(catalog.products) : env.SCHEDULES;
  const states = dynamoScheduleStates({ client, table: env.TABLE_NAME });
  return {
    services: startServices("reconciler", env, catalog, client),
    graceMs: env.RECONCILE_GRACE_MS,
    schedules: { states, hash: followedFor(hash, env.DEPLOYED_CODE) },
    memory: newMemory(),
  };
});

export const handler = async (_event: unknown, context?: Partial<Context>): Promise<void> => {
  const { services, graceMs, schedules, memory } = start();
  const own = loggingOf(services, invocationFields(context));
  const { looked, dispatched, failed, ...pauses } = await withSafeErrors(own.log, () =>
    reconcile(own, graceMs, memory),
  );
  const hot_minutes = await countHotMinutes(own);
  const values = { looked, nudged: dispatched, nudges_failed: failed, ...pauses, hot_minutes };
  own.log.measure("reconciled", { values });
  await withSafeErrors(own.log, () => syncSchedules(own, schedules, memory));
};
