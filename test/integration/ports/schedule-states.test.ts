import { dynamoScheduleStates } from "../../../lambdas/aws/dynamodb/schedule-states.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeScheduleStates } from "../../support/conformance/schedule-states.ts";

describeScheduleStates("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { states: dynamoScheduleStates({ client, table }), stop };
});
