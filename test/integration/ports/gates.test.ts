import { dynamoGates } from "../../../lambdas/aws/dynamodb/gates.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeGates } from "../../support/conformance/gates.ts";

describeGates("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { gates: dynamoGates({ client, table }), stop };
});
