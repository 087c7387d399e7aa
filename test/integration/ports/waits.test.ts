import { dynamoWaits } from "../../../lambdas/aws/dynamo-waits.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeWaits } from "../../support/conformance/waits.ts";

describeWaits("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { waits: dynamoWaits({ client, table }), stop };
});
