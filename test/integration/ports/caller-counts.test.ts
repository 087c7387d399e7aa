import { dynamoRequests, dynamoWaits } from "../../../lambdas/aws/dynamodb/caller-counts.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeCallerCounts } from "../../support/conformance/caller-counts.ts";

describeCallerCounts("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  const storage = { client, table };
  return { waits: dynamoWaits(storage), requests: dynamoRequests(storage), stop };
});
