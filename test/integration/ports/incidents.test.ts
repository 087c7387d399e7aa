import { expect, test } from "@jest/globals";
import { dynamoIncidents } from "../../../lambdas/aws/dynamodb/incidents.ts";
import type { Incident, IncidentChanges } from "../../../lambdas/core/job/incident.ts";
import type { Incidents } from "../../../lambdas/core/ports/incidents.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { clientThatLoses } from "../../support/aws/lost-answers.ts";
import { noon } from "../../support/builders.ts";
import { describeIncidents } from "../../support/conformance/incidents.ts";

describeIncidents("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { incidents: dynamoIncidents({ client, table }), stop };
});

const name = { product: "shop", env: "prd", id: "0000000000000001" };
const entries = [{ mark: "one", written_at: noon, at: noon }];
const subject = { kind: "cause" as const };
const changes: IncidentChanges = {
  state: "ignored",
  ignore: { above_per_hour: 10, seen: { at: noon, count: 1 } },
  by: "key_1",
  sent: undefined,
};

/** Changes an incident over a connection that loses the first answer, and has `meanwhile` happen before the repetition. */
async function changedTwice(meanwhile: (incidents: Incidents, written: Incident) => Promise<unknown>) {
  const { client: plain, endpoint, stop } = await startDynamo();
  try {
    const incidents = dynamoIncidents({ client: plain, table });
    const before = (await incidents.add({ ...name, subject, entries }, { mustExist: false })) as Incident;
    const { client, sent } = clientThatLoses("UpdateItem", endpoint, async () => {
      await meanwhile(incidents, (await incidents.get(name)) as Incident);
    });
    const changed = await dynamoIncidents({ client, table }).change(before, changes);
    expect(sent.filter((one) => one === "UpdateItem")).toHaveLength(2);
    return { changed, stored: await incidents.get(name) };
  } finally {
    await stop();
  }
}

test("a change whose answer was lost is known again, also where more was counted since", async () => {
  const { changed, stored } = await changedTwice((incidents) =>
    incidents.add({ ...name, subject, entries: [{ mark: "two", written_at: noon, at: noon }] }, { mustExist: true }),
  );
  const { sent: _, ...set } = changes;
  expect(changed).toMatchObject({ ...set, version: 1, count: 2 });
  expect(changed).toEqual(stored);
});

test("a change whose answer was lost is lost where another one came after it", async () => {
  const { changed } = await changedTwice((incidents, written) => incidents.change(written, { state: "closed" }));
  expect(changed).toBe("lost");
});
