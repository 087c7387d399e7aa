import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoUnscheduled } from "../dynamodb/unscheduled.ts";
import { makeLog } from "../log/log.ts";
import { sqsJobQueue } from "../sqs/job-queue.ts";
import { startRedelivery } from "../sqs/redelivery.ts";
import type { RelayEnv } from "./env.ts";
import { systemClock } from "./system-clock.ts";

/** Connects the ports of the relay to their adapters. It reads no job. */
export function startRelay(env: RelayEnv) {
  const log = makeLog("relay");
  return {
    unscheduled: dynamoUnscheduled({ client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME }),
    queue: sqsJobQueue({ client: new SQSClient(clientDefaults), queues: env.QUEUES }),
    clock: systemClock,
    redelivery: startRedelivery(env.RELAY_QUEUE_URL, log),
    log,
  };
}
