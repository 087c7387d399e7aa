import { dynamoFailures } from "../../../lambdas/aws/dynamodb/failures.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeFailures } from "../../support/conformance/failures.ts";

describeFailures("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { failures: dynamoFailures({ client, table }), stop };
});
