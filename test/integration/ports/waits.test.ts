import { dynamoWaits } from "../../../lambdas/aws/dynamodb/waits.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeWaits } from "../../support/conformance/waits.ts";

describeWaits("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { waits: dynamoWaits({ client, table }), stop };
});
