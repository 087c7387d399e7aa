import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { writeOf } from "../../../../lambdas/consumers/types/database_action/engines/dynamodb.ts";
import { writeRows } from "../../../../lambdas/consumers/types/database_action/engines/dynamodb-rows.ts";
import type { DynamoAction } from "../../../../lambdas/consumers/types/database_action/target-dynamodb.ts";
import { type Listening, sendJson, serve } from "../../../../local/gateway/http.ts";

/*
 * No emulator in npm knows TransactWriteItems. Here a server accepts whatever the real client sends, so that the requests can be
 * held against AWS's own model of the service (`npm run test:independent`).
 */
let server: Listening;
let client: DynamoDBClient;
const targets: unknown[] = [];

beforeAll(async () => {
  server = await serve(async (request, response) => {
    targets.push(request.headers["x-amz-target"]);
    sendJson(response, 200, {});
  });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new DynamoDBClient({ endpoint: server.url, region: "us-east-1", credentials });
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

const key = { id: "{{id}}", shop: "{{filter.shop}}" };
const { signal } = new AbortController();

test.each<[string, DynamoAction]>([
  ["put", { operation: "put", table: "orders", item: { id: "{{id}}" }, condition: "attribute_not_exists(id)" }],
  ["update", { operation: "update", table: "orders", key, update: "SET note = {{id}}" }],
  ["delete", { operation: "delete", table: "orders", key }],
])("a list of rows to %s is one request of the real client", async (_what, action) => {
  targets.length = 0;
  const rows = ["a", "b 😀"].map((id) => ({ data: { id }, filter: { shop: "s" } }));
  const written = await writeRows(client, { action, idempotencyKey: "job_1-1", signal, rows }, (row) =>
    writeOf(action, row),
  );
  expect(written).toEqual({ affected_rows: 2 });
  expect(targets).toEqual(["DynamoDB_20120810.TransactWriteItems"]);
});
