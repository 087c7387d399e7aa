import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { dynamoSearchIndex } from "../../../lambdas/aws/dynamodb/search-index.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { noon } from "../../support/builders.ts";
import { describeSearchIndex } from "../../support/conformance/search-index.ts";

describeSearchIndex("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { index: dynamoSearchIndex({ client, table }), stop };
});

test("an entry is a key that expires, in which the value is not", async () => {
  const { client, stop } = await startDynamo();
  const entry = { product: "shop", env: "dev", field: "order", value: "A-17", sealed: false, failed: true };
  const id = `job_${"0".repeat(30)}a6`;
  await dynamoSearchIndex({ client, table }).put([{ ...entry, job_id: id, at: noon, until: noon + 1500 }]);
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "PK = :value",
      ExpressionAttributeValues: {
        // base64url of SHA-256 of `[false,"A-17"]`, and the shard that the last digits of the id say.
        ":value": { S: "FIND#shop#dev#KIDxRCCpQisI4u-baWW_Tn_1KbHbfnLYFDgFHZey9sA#2" },
      },
    }),
  );
  expect(Items).toEqual([
    {
      PK: { S: expect.stringMatching(/^FIND#shop#dev#[\w-]{43}#2$/) },
      SK: { S: `!order#000${noon}#${id}` },
      expires: { N: String(Math.ceil((noon + 1500) / 1000)) },
    },
  ]);
  await stop();
});
