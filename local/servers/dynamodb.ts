import type { Server } from "node:http";
import { createRequire } from "node:module";
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import { partitionKey, phaseIndex, sortKey } from "../../lambdas/aws/job-item.ts";
import { credentials } from "../credentials.ts";
import { type Listening, listen } from "../http.ts";
import { tableName } from "../names.ts";

// By require: the package has no types of its own and is CommonJS.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: {
  path: string;
  createTableMs: number;
}) => Server;

/** DynamoDB, kept in `folder`, without what dynalite lacks: nothing expires here, and there is no stream. */
export async function startDynamoDb(folder: string): Promise<Listening> {
  const server = dynalite({ path: folder, createTableMs: 0 });
  const listening = await listen(server);
  try {
    await createTable(listening.url);
    return listening;
  } catch (error) {
    await listening.close();
    throw error;
  }
}

/** DESIGN 6: one table, one index of keys. */
async function createTable(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...credentials });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
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
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  } finally {
    client.destroy();
  }
}
