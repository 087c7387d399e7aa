import { dynamoPauses } from "../../../lambdas/aws/dynamodb/pauses.ts";
import { aPause } from "../../support/a-pause.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { describePauses } from "../../support/conformance/pauses.ts";

describePauses("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { pauses: dynamoPauses({ client, table }), stop };
});

test("a pause whose write the SDK repeats counts as written", async () => {
  const { client, stop } = await startDynamo();
  const pauses = dynamoPauses({ client, table });
  const [first, second] = [aPause(), aPause({ version: 2 })];
  expect([await pauses.put(first), await pauses.put(first)]).toEqual(["written", "written"]);
  expect([await pauses.put(second, first), await pauses.put(second, first)]).toEqual(["written", "written"]);
  expect([await pauses.remove(second), await pauses.remove(second)]).toEqual(["removed", "removed"]);
  await stop();
});
