import { dynamoEndpoints } from "../../../lambdas/aws/dynamodb/endpoints.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeEndpoints } from "../../support/conformance/endpoints.ts";

describeEndpoints("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { endpoints: dynamoEndpoints({ client, table }), stop };
});
