import type { Server } from "node:http";
import { createRequire } from "node:module";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { newTable } from "../../../local/servers/dynamodb.ts";
import { keepExpressions } from "../../../local/servers/expressions.ts";
import { settings } from "./client-settings.ts";
import { listening, stopping } from "./server.ts";

// CommonJS, and ships no types.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;

export const table = "jobs";

// As on a local run, so that the tests of every port run with expressions that were kept.
keepExpressions();

/** A DynamoDB in this process, with the table as infra declares it. */
export async function startDynamo() {
  const server = dynalite({ createTableMs: 0 });
  const endpoint = await listening(server);
  const client = new DynamoDBClient({ ...settings, endpoint });
  await client.send(newTable(table));
  // It is usable a moment after it was answered for.
  for (let status: string | undefined; status !== "ACTIVE"; )
    status = (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus;
  return {
    client,
    endpoint,
    async stop() {
      client.destroy();
      await stopping(server);
    },
  };
}
