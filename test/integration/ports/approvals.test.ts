import { dynamoApprovals } from "../../../lambdas/aws/dynamodb/approvals.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describeApprovals } from "../../support/conformance/approvals.ts";

describeApprovals("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { approvals: dynamoApprovals({ client, table }), stop };
});
