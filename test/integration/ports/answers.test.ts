import { dynamoAnswers } from "../../../lambdas/aws/dynamodb/answers.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeAnswers } from "../../support/conformance/answers.ts";

describeAnswers("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { answers: dynamoAnswers({ client, table, retentionDays: 30 }), stop };
});
