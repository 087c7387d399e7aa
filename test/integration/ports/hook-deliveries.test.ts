import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { dynamoHookDeliveries } from "../../../lambdas/aws/dynamodb/hook-deliveries.ts";
import { firstDeliveryId, keptBodyBytes } from "../../../lambdas/core/job/hook-delivery.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { noon } from "../../support/builders.ts";
import { aDelivery, describeHookDeliveries } from "../../support/conformance/hook-deliveries.ts";

describeHookDeliveries("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { deliveries: dynamoHookDeliveries({ client, table, retentionDays: 30 }), stop };
});

test.each([
  [7, 7],
  [400, 30],
])("with jobs that are kept for %d days a delivery is for %d", async (retentionDays, days) => {
  const { client, stop } = await startDynamo();
  await dynamoHookDeliveries({ client, table, retentionDays }).put(aDelivery({ id: "dlv_1" }));
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "PK = :hook",
      ExpressionAttributeValues: { ":hook": { S: "HOOK#shop#prd#stripe" } },
    }),
  );
  expect(Items).toEqual([
    {
      PK: { S: "HOOK#shop#prd#stripe" },
      SK: { S: "dlv_1" },
      delivery: { S: JSON.stringify(aDelivery({ id: "dlv_1" })) },
      has_body: { BOOL: false },
      expires: { N: String(noon / 1000 + days * 86_400) },
    },
  ]);
  await stop();
});

test("what a later version writes is read as far as it is known, and large bodies make pages short, which say so", async () => {
  const { client, stop } = await startDynamo();
  const deliveries = dynamoHookDeliveries({ client, table, retentionDays: 30 });
  const hook = aDelivery();
  const later = { ...aDelivery(), outcome: "postponed", seal: { by: 1 } };
  const put = (SK: string, delivery: string) =>
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: { PK: { S: "HOOK#shop#prd#stripe" }, SK: { S: SK }, delivery: { S: delivery }, kind: { M: {} } },
      }),
    );
  await put(later.id, JSON.stringify(later));
  await put(`${firstDeliveryId(noon)}${"e".repeat(20)}`, "no delivery");
  await put("SEAL#1", "of a later version");
  const before = firstDeliveryId(noon + 100);
  expect((await deliveries.page(hook, { before, limit: 9 })).deliveries).toEqual([{ ...later, hasBody: false }]);
  expect((await deliveries.get(hook, later.id))?.delivery).toEqual(later);

  const body = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000)));
  const whole = Buffer.concat(Array.from({ length: 5 }, () => body)).subarray(0, keptBodyBytes);
  const ids = [];
  for (let n = 0; n < 12; n++) {
    const one = aDelivery({ at: noon + 1 + n, id: `${firstDeliveryId(noon + 1 + n)}${"0".repeat(20)}` });
    await deliveries.put(one, { body: whole, headers: {} });
    ids.unshift(one.id);
  }
  const listed: string[] = [];
  let reads = 0;
  for (let at: string | undefined = before; at !== undefined; reads++) {
    const page: Awaited<ReturnType<typeof deliveries.page>> = await deliveries.page(hook, { before: at, limit: 100 });
    listed.push(...page.deliveries.map(({ id }) => id));
    at = page.next;
  }
  expect(listed).toEqual([...ids, later.id]);
  expect(reads).toBeGreaterThan(1);
  await stop();
}, 30_000);
