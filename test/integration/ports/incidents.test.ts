import { dynamoIncidents } from "../../../lambdas/aws/dynamodb/incidents.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeIncidents } from "../../support/conformance/incidents.ts";

describeIncidents("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { incidents: dynamoIncidents({ client, table }), stop };
});
