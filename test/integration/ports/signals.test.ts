import { dynamoSignals } from "../../../lambdas/aws/dynamodb/signals.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeSignals } from "../../support/conformance/signals.ts";

describeSignals("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { signals: dynamoSignals({ client, table }), stop };
});
