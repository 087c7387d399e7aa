import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { dynamoAudit } from "../../../lambdas/aws/dynamodb/audit.ts";
import { auditEntryOf, firstAuditId } from "../../../lambdas/core/access/audit-entry.ts";
import { canonicalJson } from "../../../lambdas/core/kernel/canonical-json.ts";
import { listAudit } from "../../../lambdas/core/queries/list-audit.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { noon } from "../../support/builders.ts";
import { describeAudit } from "../../support/conformance/audit.ts";

describeAudit("DynamoDB", async () => {
  const { client, stop } = await startDynamo();
  return { audit: dynamoAudit({ client, table, days: 400 }), stop };
});

test("an entry is one canonical text that expires, and what a later version writes is read as far as it is known", async () => {
  const { client, stop } = await startDynamo();
  const audit = dynamoAudit({ client, table, days: 400 });
  const entry = auditEntryOf({ actor: "i:" }, { action: "key.create", target: "0123456789abcdef" }, noon);
  await audit.put(entry);
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "PK = :month",
      ExpressionAttributeValues: { ":month": { S: "AUDIT##2030-01" } },
    }),
  );
  expect(Items).toEqual([
    {
      PK: { S: "AUDIT##2030-01" },
      SK: { S: entry.id },
      entry: { S: canonicalJson(entry) },
      expires: { N: String(noon / 1000 + 400 * 86_400) },
    },
  ]);
  const put = (id: string, text: string) =>
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: { PK: { S: "AUDIT##2030-01" }, SK: { S: id }, entry: { S: text } },
      }),
    );
  const later = { ...entry, id: `${firstAuditId(noon)}${"f".repeat(20)}`, action: "key.rotate", seal: { by: 1 } };
  await put(later.id, canonicalJson(later));
  await put(`${firstAuditId(noon)}${"e".repeat(20)}`, "no entry");
  await put("SEAL#1", "of a later version");
  const page = await audit.page({ month: "2030-01" }, { before: firstAuditId(noon + 1), limit: 10 });
  const { seal: _, ...known } = later;
  expect(page).toEqual({ entries: [known, entry] });
  await stop();
});

test("250 entries of one day, and those of months ago, are listed once each from the table", async () => {
  const { client, stop } = await startDynamo();
  const audit = dynamoAudit({ client, table, days: 400 });
  const day = 86_400_000;
  const times = [...Array.from({ length: 250 }, (_, n) => noon - 100 * n), noon - 70 * day, noon - 300 * day];
  const entries = times.map((at, n) =>
    auditEntryOf({ actor: "k:" }, { action: "job.retry", target: `job_${n}`, product: "shop", env: "dev" }, at),
  );
  await Promise.all(entries.map((entry) => audit.put(entry)));
  const listed: string[] = [];
  let before: string | undefined = firstAuditId(noon + 1);
  while (before !== undefined) {
    const query = {
      products: ["shop", "mill", undefined],
      from: noon - 400 * day,
      before,
      limit: 40,
      passes: () => true,
    };
    const { entries: found, next }: Awaited<ReturnType<typeof listAudit>> = await listAudit(audit, query);
    listed.push(...found.map(({ target }) => target));
    before = next;
  }
  expect(listed).toEqual(entries.map(({ target }) => target));
  await stop();
}, 60_000);
