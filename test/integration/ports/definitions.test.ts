import { dynamoDefinitions } from "../../../lambdas/aws/dynamodb/definitions.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeDefinitions } from "../../support/conformance/definitions.ts";

describeDefinitions("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { definitions: dynamoDefinitions({ client, table }), other: dynamoDefinitions({ client, table }), stop };
});
