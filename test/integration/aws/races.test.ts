import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeRaces } from "../../support/conformance/races.ts";

describeRaces("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { store: dynamoJobStore({ client, table, retentionDays: 30 }), stop };
});
