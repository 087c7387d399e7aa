import type { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { writeOf } from "../../../../../lambdas/consumers/types/database_action/engines/dynamodb.ts";
import { dynamoFault } from "../../../../../lambdas/consumers/types/database_action/engines/dynamodb-fault.ts";
import { writeRows } from "../../../../../lambdas/consumers/types/database_action/engines/dynamodb-rows.ts";
import type { DynamoAction } from "../../../../../lambdas/consumers/types/database_action/target-dynamodb.ts";

const put: DynamoAction = {
  operation: "put",
  table: "orders",
  item: { id: "{{id}}" },
  condition: "attribute_not_exists(id)",
};
const { signal } = new AbortController();
const secret = "4242-secret";

/** A client that keeps its requests. None of the emulators in npm knows TransactWriteItems. */
function fakeClient(fail?: unknown) {
  const sent: TransactWriteItemsCommand["input"][] = [];
  const send = async (command: TransactWriteItemsCommand) => {
    sent.push(command.input);
    if (fail !== undefined) throw fail;
    return {};
  };
  return { sent, client: { send } as unknown as Parameters<typeof writeRows>[0] };
}

const rows = (...ids: string[]) => ids.map((id) => ({ data: { id }, filter: { shop: "s" } }));
const write = (
  client: Parameters<typeof writeRows>[0],
  action: DynamoAction,
  ids: string[],
  idempotencyKey = "job_1-1",
) => writeRows(client, { action, idempotencyKey, signal, rows: rows(...ids) }, (row) => writeOf(action, row));

describe("a list of rows in DynamoDB", () => {
  it("is one transaction of a write per row", async () => {
    const { client, sent } = fakeClient();
    expect(await write(client, put, ["a", "b"])).toEqual({ affected_rows: 2 });
    const item = (id: string) => ({
      Put: { TableName: "orders", Item: { id: { S: id } }, ConditionExpression: "attribute_not_exists(id)" },
    });
    expect(sent).toEqual([{ TransactItems: [item("a"), item("b")], ClientRequestToken: expect.any(String) }]);
  });

  it("updates and deletes with each row's values in a separate expression", async () => {
    const key = { id: "{{id}}", shop: "{{filter.shop}}" };
    const { client, sent } = fakeClient();
    await write(client, { operation: "update", table: "orders", key, update: "SET note = {{id}}" }, ["a"]);
    await write(client, { operation: "delete", table: "orders", key }, ["b"]);
    const at = (id: string) => ({ TableName: "orders", Key: { id: { S: id }, shop: { S: "s" } } });
    const values = { ExpressionAttributeValues: { ":p0": { S: "a" } } };
    expect(sent.map(({ TransactItems }) => TransactItems)).toEqual([
      [{ Update: { ...at("a"), UpdateExpression: "SET note = :p0", ...values } }],
      [{ Delete: at("b") }],
    ]);
  });

  it("has a token that only a repetition of the same rows has", async () => {
    const { client, sent } = fakeClient();
    await write(client, put, ["a", "b"]);
    await write(client, put, ["a", "b"]);
    await write(client, put, ["a", "c"]);
    await write(client, put, ["a", "b"], "job_1-2");
    const tokens = sent.map(({ ClientRequestToken }) => ClientRequestToken);
    expect(tokens[0]).toMatch(/^[0-9a-f]{36}$/);
    expect(tokens[1]).toBe(tokens[0]);
    expect(new Set(tokens).size).toBe(3);
  });

  it.each([
    ["ConditionalCheckFailed", "VALIDATION_ERROR", false],
    ["ValidationError", "VALIDATION_ERROR", false],
    ["TransactionConflict", "SERVICE_UNAVAILABLE", true],
    ["ThrottlingError", "RATE_LIMITED", true],
    ["ProvisionedThroughputExceeded", "RATE_LIMITED", true],
  ])("fails with the row and the reason of a transaction that %s cancelled", async (Code, code, retryable) => {
    const reasons = [{ Code: "None" }, { Code: "None" }, { Code, Message: secret, Item: { id: { S: secret } } }];
    const error = Object.assign(new Error(secret), {
      name: "TransactionCanceledException",
      CancellationReasons: reasons,
    });
    const failure = await write(fakeClient(error).client, put, ["a", "b", secret]).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code,
      retryable,
      providerCode: Code,
      message: expect.stringMatching(/^In row 2: /),
    });
    expect(JSON.stringify({ ...(failure as Error), message: (failure as Error).message })).not.toContain(secret);
  });

  it("passes any other error on", async () => {
    const error = Object.assign(new Error(secret), { name: "ThrottlingException" });
    await expect(write(fakeClient(error).client, put, ["a"])).rejects.toBe(error);
  });

  it("fails as the rows' fault if it has one item twice", () => {
    const message = "Transaction request cannot include multiple operations on one item";
    expect(dynamoFault(Object.assign(new Error(message), { name: "ValidationException" }), "orders")).toMatchObject({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("two rows are of the same item"),
    });
  });
});
