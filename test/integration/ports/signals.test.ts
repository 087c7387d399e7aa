import { dynamoSignals } from "../../../lambdas/aws/dynamodb/signals.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeSignals, fewMessages } from "../../support/conformance/signals.ts";

describeSignals("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { signals: dynamoSignals({ client, table }), limited: dynamoSignals({ client, table }, fewMessages), stop };
});
