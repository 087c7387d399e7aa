import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Catalog } from "../../core/catalog/catalog.ts";
import { sealsValues } from "../../core/expressions/search.ts";
import { hotMinutes } from "../../core/operations/hot-minutes.ts";
import { withRecent } from "../../core/operations/recent-pauses.ts";
import type { Services } from "../../core/operations/services.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoAnswers } from "../dynamodb/answers.ts";
import { dynamoApprovals } from "../dynamodb/approvals.ts";
import { dynamoDefinitions } from "../dynamodb/definitions.ts";
import { dynamoDueCounts } from "../dynamodb/due-counts.ts";
import { dynamoGates } from "../dynamodb/gates.ts";
import { dynamoJobStore } from "../dynamodb/job-store.ts";
import { dynamoPauses } from "../dynamodb/pauses.ts";
import { dynamoResultCache } from "../dynamodb/result-cache.ts";
import { dynamoRunLogs } from "../dynamodb/run-logs.ts";
import { dynamoSignals } from "../dynamodb/signals.ts";
import { dynamoStatsStore } from "../dynamodb/stats-store.ts";
import { dynamoUnscheduled } from "../dynamodb/unscheduled.ts";
import { makeLog } from "../log/log.ts";
import { sqsJobQueue } from "../sqs/job-queue.ts";
import { sqsTicks } from "../sqs/ticks.ts";
import { type JobsEnv, queueUrl, readEnv, TracesEnv } from "./env.ts";
import { lazyBlobStore, lazyScheduler, lazySeals } from "./lazy-ports.ts";
import { systemClock } from "./system-clock.ts";

/** Connects the common ports to their AWS adapters. Secrets are not among them, since only some functions bundle their clients. */
export function startServices(
  name: string,
  env: JobsEnv,
  catalog: Catalog,
  client = new DynamoDBClient(clientDefaults),
): Services {
  const dynamo = { client, table: env.TABLE_NAME };
  const sqs = new SQSClient(clientDefaults);
  const dueCounts = dynamoDueCounts(dynamo);
  return {
    catalog,
    jobs: dynamoJobStore({
      ...dynamo,
      retentionDays: env.RETENTION_DAYS,
      shards: env.INDEX_SHARDS,
      shardsRead: env.INDEX_SHARDS_READ,
    }),
    stats: dynamoStatsStore(dynamo),
    pauses: withRecent(dynamoPauses(dynamo), systemClock),
    queue: sqsJobQueue({ client: sqs, queues: env.QUEUES }),
    scheduler: lazyScheduler(env),
    unscheduled: dynamoUnscheduled(dynamo),
    dueCounts,
    hot: hotMinutes(dueCounts, env.SCHEDULER_STARTS_PER_SECOND),
    blobs: lazyBlobStore(env),
    gates: dynamoGates(dynamo),
    ticks: sqsTicks({ client: sqs, url: queueUrl(env, env.PUMP_QUEUE_URL) }),
    resultCache: dynamoResultCache(dynamo),
    definitions: dynamoDefinitions(dynamo),
    signals: dynamoSignals(dynamo),
    approvals: dynamoApprovals(dynamo),
    runLogs: dynamoRunLogs(dynamo),
    answers: dynamoAnswers({ ...dynamo, retentionDays: env.RETENTION_DAYS }),
    ...(catalog.products.some(sealsValues) && { seals: lazySeals() }),
    traces: readEnv(TracesEnv).TRACES !== undefined,
    clock: systemClock,
    log: makeLog(name),
  };
}
