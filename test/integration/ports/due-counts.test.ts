import { dynamoDueCounts } from "../../../lambdas/aws/dynamodb/due-counts.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeDueCounts } from "../../support/conformance/due-counts.ts";

describeDueCounts("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { counts: dynamoDueCounts({ client, table }), stop };
});
