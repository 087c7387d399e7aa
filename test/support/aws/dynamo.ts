import type { Server } from "node:http";
import { createRequire } from "node:module";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { partitionKey, phaseIndex, sortKey } from "../../../lambdas/aws/job-item.ts";
import { settings } from "./client-settings.ts";
import { listening, stopping } from "./server.ts";

// CommonJS, and ships no types.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;

export const table = "jobs";

/** A DynamoDB in this process, with the table as infra declares it. */
export async function startDynamo() {
  const server = dynalite({ createTableMs: 0 });
  const endpoint = await listening(server);
  const client = new DynamoDBClient({ ...settings, endpoint });
  await client.send(createTable);
  return {
    client,
    endpoint,
    async stop() {
      client.destroy();
      await stopping(server);
    },
  };
}

const createTable = new CreateTableCommand({
  TableName: table,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: partitionKey, AttributeType: "S" },
    { AttributeName: sortKey, AttributeType: "S" },
    { AttributeName: phaseIndex.partitionKey, AttributeType: "S" },
    { AttributeName: phaseIndex.sortKey, AttributeType: "S" },
  ],
  KeySchema: [
    { AttributeName: partitionKey, KeyType: "HASH" },
    { AttributeName: sortKey, KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: phaseIndex.name,
      KeySchema: [
        { AttributeName: phaseIndex.partitionKey, KeyType: "HASH" },
        { AttributeName: phaseIndex.sortKey, KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
});
