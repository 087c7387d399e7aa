import { dynamoSharedKeys } from "../../../lambdas/aws/dynamodb/shared-keys.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeSharedKeys } from "../../support/conformance/shared-keys.ts";

describeSharedKeys("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { sharedKeys: dynamoSharedKeys({ client, table }), stop };
});
