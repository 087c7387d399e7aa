import { dynamoStatsStore } from "../../../lambdas/aws/dynamodb/stats-store.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeStatsStore } from "../../support/conformance/stats-store.ts";

describeStatsStore("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { stats: dynamoStatsStore({ client, table }), stop };
});
