import { dynamoUnscheduled } from "../../../lambdas/aws/dynamodb/unscheduled.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeUnscheduled } from "../../support/conformance/unscheduled.ts";

describeUnscheduled("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { unscheduled: dynamoUnscheduled({ client, table }), stop };
});
