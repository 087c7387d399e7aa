import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoSearchIndex } from "../dynamodb/search-index.ts";
import { makeLog } from "../log/log.ts";
import type { IndexerEnv } from "./env.ts";

/** Connects the index of the search to its adapter. */
export const startIndexer = (env: IndexerEnv) => ({
  index: dynamoSearchIndex({ client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME }),
  retentionDays: env.RETENTION_DAYS,
  log: makeLog("indexer"),
});
