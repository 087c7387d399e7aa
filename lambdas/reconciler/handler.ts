import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { clientDefaults } from "../aws/client/client-defaults.ts";
import { dynamoIncidents } from "../aws/dynamodb/incidents.ts";
import { dynamoOperations } from "../aws/dynamodb/operations.ts";
import { dynamoRollUps } from "../aws/dynamodb/roll-ups.ts";
import { dynamoRoundPlaces } from "../aws/dynamodb/round-places.ts";
import { dynamoScheduleStates } from "../aws/dynamodb/schedule-states.ts";
import { invocationFields } from "../aws/log/log.ts";
import { sqsMessages } from "../aws/sqs/message-queue.ts";
import { ReconcilerEnv, readEnv } from "../aws/start/env.ts";
import { startServices } from "../aws/start/start-up.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { schedulesHash, schedulesOfCode } from "../core/catalog/schedules.ts";
import type { OperationMessage } from "../core/job/operation.ts";
import type { RelayMessage } from "../core/job/relay-message.ts";
import { defined } from "../core/kernel/defined.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { newMemory } from "./memory.ts";
import { runOnce } from "./run-once.ts";
import { followedFor } from "./schedules.ts";

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
      incidents: dynamoIncidents({ client, table: env.TABLE_NAME }),
      operations: dynamoOperations({ client, table: env.TABLE_NAME }),
      turns: sqsMessages<OperationMessage>({ client: sqs, url: env.IMPORT_QUEUE_URL }),
      roundPlaces: dynamoRoundPlaces({ client, table: env.TABLE_NAME }),
      rollUps: dynamoRollUps({ client, table: env.TABLE_NAME }),
      ...defined({ memory: env.CONSUMER_MEMORY }),
    },
    graceMs: env.RECONCILE_GRACE_MS,
    keptDays: env.RETENTION_DAYS,
    schedules: { states, hash: followedFor(hash, env.DEPLOYED_CODE) },
    memory: newMemory(),
  };
});

export const handler = async (_event: unknown, context?: Partial<Context>): Promise<void> => {
  const { services, ...rest } = start();
  await runOnce(loggingOf(services, invocationFields(context)), rest);
};
