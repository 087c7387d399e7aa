import { dynamoRollUps } from "../../../lambdas/aws/dynamodb/roll-ups.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeRollUps } from "../../support/conformance/roll-ups.ts";

describeRollUps("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { rollUps: dynamoRollUps({ client, table }), stop };
});
