import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { dynamoSentDeliveries } from "../../../lambdas/aws/dynamodb/sent-deliveries.ts";
import { sentIdOf } from "../../../lambdas/core/catalog/sent-delivery.ts";
import { firstDeliveryId } from "../../../lambdas/core/job/hook-delivery.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { noon } from "../../support/builders.ts";
import { aSentMessage, describeSentDeliveries } from "../../support/conformance/sent-deliveries.ts";

describeSentDeliveries("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { sent: dynamoSentDeliveries({ client, table, retentionDays: 30 }), stop };
});

test.each([
  [7, 7],
  [400, 30],
])("with jobs that are kept for %d days a delivery is for %d after its last attempt", async (retentionDays, days) => {
  const { client, stop } = await startDynamo();
  const sent = dynamoSentDeliveries({ client, table, retentionDays });
  await sent.note(aSentMessage(), { outcome: "retrying", next_at: noon + 1 }, noon);
  await sent.note(aSentMessage(), { outcome: "delivered" }, noon + 5000);
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "PK = :endpoint",
      ExpressionAttributeValues: { ":endpoint": { S: "SENT#shop#prd#orders" } },
    }),
  );
  expect(Items).toEqual([
    {
      PK: { S: "SENT#shop#prd#orders" },
      SK: { S: sentIdOf(aSentMessage()) },
      message: { S: JSON.stringify(aSentMessage()) },
      outcome: { S: "delivered" },
      attempts: { L: [] },
      expires: { N: String(noon / 1000 + 5 + days * 86_400) },
    },
  ]);
  await stop();
});

test("what a later version writes is read as far as it is known", async () => {
  const { client, stop } = await startDynamo();
  const sent = dynamoSentDeliveries({ client, table, retentionDays: 30 });
  const put = (SK: string, more: object) =>
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: { PK: { S: "SENT#shop#prd#orders" }, SK: { S: SK }, ...more },
      }),
    );
  const id = sentIdOf(aSentMessage());
  const message = { S: JSON.stringify(aSentMessage()) };
  await put(id, { message, outcome: { S: "postponed" }, attempts: { L: [] }, seal: { M: {} } });
  await put(`${firstDeliveryId(noon)}${"0".repeat(20)}`, { text: { S: "no delivery" } });
  await put("SEAL#1", { text: { S: "of a later version" } });
  const { deliveries } = await sent.page(aSentMessage(), { before: firstDeliveryId(noon + 1), limit: 9 });
  expect(deliveries).toMatchObject([{ id, outcome: "postponed", message: aSentMessage() }]);
  await stop();
});
