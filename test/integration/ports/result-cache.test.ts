import { dynamoResultCache } from "../../../lambdas/aws/dynamodb/result-cache.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeResultCache } from "../../support/conformance/result-cache.ts";

describeResultCache("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { cache: dynamoResultCache({ client, table }), stop };
});
