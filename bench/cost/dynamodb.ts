import type { Server } from "node:http";
import { createRequire } from "node:module";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { listen } from "../../local/gateway/http.ts";
import { newTable } from "../../local/servers/dynamodb.ts";
import { settings, table } from "../support/aws.ts";

// CommonJS, and ships no types.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;

/** A DynamoDB in this process, with the table as it is deployed. */
export async function startDynamoDb() {
  const { url, close } = await listen(dynalite({ createTableMs: 0 }));
  const client = new DynamoDBClient({ ...settings, endpoint: url });
  await client.send(newTable(table));
  client.destroy();
  return { endpoint: url, stop: () => close() };
}
