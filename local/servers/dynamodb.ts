import type { Server } from "node:http";
import { createRequire } from "node:module";
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import { credentials } from "../credentials.ts";
import { type Listening, listen } from "../http.ts";
import { tableName } from "../names.ts";
import { codeOf, StartError } from "../start-error.ts";

// By require: the package has no types of its own and is CommonJS.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: {
  path: string;
  createTableMs: number;
}) => Server;

/** DynamoDB, kept in `folder`. One process at a time: LevelDB locks the folder, and lets go of it when killed. */
export async function startDynamoDb(folder: string): Promise<Listening> {
  const server = dynalite({ path: folder, createTableMs: 0 });
  const listening = await listen(server);
  try {
    await createTable(listening.url);
    return listening;
  } catch (error) {
    await listening.close();
    if (codeOf(error) === "LEVEL_LOCKED" || /lock/i.test(String(error))) {
      throw new StartError(`${folder} is in use by another process.`);
    }
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
          { AttributeName: "PK", AttributeType: "S" },
          { AttributeName: "SK", AttributeType: "S" },
          { AttributeName: "gsi_pk", AttributeType: "S" },
          { AttributeName: "gsi_sk", AttributeType: "N" },
        ],
        KeySchema: [
          { AttributeName: "PK", KeyType: "HASH" },
          { AttributeName: "SK", KeyType: "RANGE" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "by-phase",
            KeySchema: [
              { AttributeName: "gsi_pk", KeyType: "HASH" },
              { AttributeName: "gsi_sk", KeyType: "RANGE" },
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
