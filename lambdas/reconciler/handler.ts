import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { clientDefaults } from "../aws/client/client-defaults.ts";
import { dynamoRoundPlaces } from "../aws/dynamodb/round-places.ts";
import { dynamoScheduleStates } from "../aws/dynamodb/schedule-states.ts";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { invocationFields } from "../aws/log/log.ts";
import { sqsMessages } from "../aws/sqs/message-queue.ts";
import { ReconcilerEnv, readEnv } from "../aws/start/env.ts";
import { startServices } from "../aws/start/start-up.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { schedulesHash, schedulesOfCode } from "../core/catalog/schedules.ts";
import type { RelayMessage } from "../core/job/relay-message.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { given } from "../core/schema/given.ts";
import { lazy } from "../core/schema/lazy.ts";
import { countHotMinutes } from "./hot-minutes.ts";
import { newMemory } from "./memory.ts";
import { reconcile } from "./reconcile.ts";
import { followedFor, syncSchedules } from "./schedules.ts";

const start = lazy(() => {
  const env = readEnv(ReconcilerEnv);
  const client = new DynamoDBClient(clientDefaults);
  const sqs = new SQSClient(clientDefaults);
  const hash = env.SCHEDULES === schedulesOfCode ? schedulesHash(catalog.products) : env.SCHEDULES;
  const states = dynamoScheduleStates({ client, table: env.TABLE_NAME });
  return {
    services: {
      ...startServices("reconciler", env, catalog, client),
      relays: sqsMessages<RelayMessage>({ client: sqs, url: env.RELAY_QUEUE_URL }),
      roundPlaces: dynamoRoundPlaces({ client, table: env.TABLE_NAME }),
    },
    graceMs: env.RECONCILE_GRACE_MS,
    schedules: { states, hash: followedFor(hash, env.DEPLOYED_CODE) },
    memory: newMemory(),
  };
});

/** Nothing is begun any more when a run is this old, in milliseconds: shortly before the function times out. */
const longestRunMs = 50_000;

export const handler = async (_event: unknown, context?: Partial<Context>): Promise<void> => {
  const { services, graceMs, schedules, memory } = start();
  const own = loggingOf(services, invocationFields(context));
  const end = own.clock.now() + longestRunMs;
  const { looked, dispatched, failed, left, ...pauses } = await withSafeErrors(own.log, () =>
    reconcile(own, graceMs, memory),
  );
  const hot_minutes = await countHotMinutes(own);
  const values = { looked, nudged: dispatched, nudges_failed: failed, ...pauses, hot_minutes };
  own.log.measure("reconciled", { values }, given({ partitions_left: left }));
  await withSafeErrors(own.log, () => syncSchedules(own, schedules, memory, end));
};
