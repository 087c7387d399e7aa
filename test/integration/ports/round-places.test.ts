import { dynamoRoundPlaces } from "../../../lambdas/aws/dynamodb/round-places.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeRoundPlaces } from "../../support/conformance/round-places.ts";

describeRoundPlaces("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { places: dynamoRoundPlaces({ client, table }), stop };
});
