import { dynamoRunLogs } from "../../../lambdas/aws/dynamodb/run-logs.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeRunLogs } from "../../support/conformance/run-logs.ts";

describeRunLogs("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { logs: dynamoRunLogs({ client, table }), stop };
});
