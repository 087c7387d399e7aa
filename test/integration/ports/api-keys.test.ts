import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "@jest/globals";
import { dynamoApiKeys } from "../../../lambdas/aws/dynamodb/api-keys.ts";
import { newApiKey } from "../../../lambdas/core/access/api-key.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { clientThatLoses } from "../../support/aws/lost-answers.ts";
import { noon } from "../../support/builders.ts";
import { describeApiKeys } from "../../support/conformance/api-keys.ts";

describeApiKeys("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { keys: dynamoApiKeys({ client, table }), stop };
});

test("the key of a person is forgotten 7 days after its end, also if it is revoked before", async () => {
  const { client, stop } = await startDynamo();
  try {
    const person = { issuer: "https://id.example.com", sub: "7" };
    const fields = { name: "ada", scopes: allScopes, created_at: noon, expires_at: noon + 8 * 3_600_000, person };
    const { record } = newApiKey(fields);
    const keys = dynamoApiKeys({ client, table });
    await keys.create(record);
    const Key = { PK: { S: "KEYS" }, SK: { S: record.id } };
    const expiry = async () => (await client.send(new GetItemCommand({ TableName: table, Key }))).Item?.expires?.N;
    const forgotten = String(noon / 1000 + 8 * 3600 + 7 * 86_400);
    expect(await expiry()).toBe(forgotten);
    expect(await keys.revoke(record.id, noon)).toEqual({ ...record, revoked_at: noon });
    expect(await expiry()).toBe(forgotten);
  } finally {
    await stop();
  }
});

test("a key's item does not contain the key, and expires 90 days after its end", async () => {
  const { client, stop } = await startDynamo();
  try {
    const { key, record } = newApiKey({ name: "ci", scopes: allScopes, created_at: noon, expires_at: noon });
    const keys = dynamoApiKeys({ client, table });
    await keys.create(record);
    const Key = { PK: { S: "KEYS" }, SK: { S: record.id } };
    const { Item = {} } = await client.send(new GetItemCommand({ TableName: table, Key }));
    expect(JSON.stringify(Item)).not.toContain(key.slice(-64));
    expect(Item.SK?.S).not.toBe("STATE");
    expect(Item).not.toHaveProperty("gsi_pk");
    expect(Item.expires).toEqual({ N: String(noon / 1000 + 90 * 86_400) });
  } finally {
    await stop();
  }
});

test("a key whose creation is repeated after a lost answer is created once", async () => {
  const { client: plain, endpoint, stop } = await startDynamo();
  try {
    const { record } = newApiKey({ name: "ci", scopes: allScopes, created_at: noon });
    const { client, sent } = clientThatLoses("PutItem", endpoint);
    await dynamoApiKeys({ client, table }).create(record);
    expect(sent.filter((name) => name === "PutItem")).toHaveLength(2);
    expect(await dynamoApiKeys({ client: plain, table }).get(record.id)).toEqual(record);
  } finally {
    await stop();
  }
});
