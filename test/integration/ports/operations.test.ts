import { expect, test } from "@jest/globals";
import { dynamoOperations } from "../../../lambdas/aws/dynamodb/operations.ts";
import { anOperation } from "../../support/an-operation.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeOperations } from "../../support/conformance/operations.ts";

describeOperations("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { operations: dynamoOperations({ client, table }), stop };
});

test("an operation whose write the SDK repeats counts as written", async () => {
  const { client, stop } = await startDynamo();
  const operations = dynamoOperations({ client, table });
  const [first, next] = [anOperation(), anOperation({ version: 2, turn: 5 })];
  expect([await operations.create(first), await operations.create(first)]).toEqual(["created", "created"]);
  expect([await operations.replace(next), await operations.replace(next)]).toEqual(["replaced", "replaced"]);
  await stop();
});
