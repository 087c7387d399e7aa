import { type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type AuditEntry, auditEntryIn } from "../../core/access/audit-entry.ts";
import { monthOf } from "../../core/job/spending.ts";
import { canonicalJson } from "../../core/kernel/canonical-json.ts";
import { parsedJson } from "../../core/kernel/parsed-json.ts";
import type { Audit, AuditMonth } from "../../core/ports/audit.ts";
import { auditPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";

interface DynamoAuditOptions {
  client: DynamoDBClient;
  table: string;
  /** For how many days an entry is kept. */
  days: number;
}

/** The attribute with the entry: one text, so that its bytes are those that were written. */
export const auditEntryAttribute = "entry";
/** How the ids of entries begin. */
const ids = "aud_";

/** Entries in the table of jobs, an item each, in partitions of a product and month: a busy product has no endless one. */
export function dynamoAudit({ client, table, days }: DynamoAuditOptions): Audit {
  return withClassifiedErrors<Audit>({
    async put(entry) {
      const Item = toAttributes({
        ...entryKey({ ...entry, month: monthOf(entry.at) }, entry.id),
        [auditEntryAttribute]: canonicalJson(entry),
        [ttlAttribute]: Math.ceil(entry.at / 1000) + days * 86_400,
      });
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async page(of, { before, limit }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: `${partitionKey} = :month AND begins_with(${sortKey}, :ids)`,
          ExpressionAttributeValues: toAttributes({ ":month": auditPartition(of), ":ids": ids }),
          // An item with this key need not exist.
          ExclusiveStartKey: toAttributes(entryKey(of, before)),
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      const next = LastEvaluatedKey?.[sortKey]?.S;
      return { entries: Items.flatMap(auditEntriesIn), ...(next !== undefined && { next }) };
    },
  });
}

/** Tags contain no `#`, so the key is unambiguous. */
const auditPartition = ({ product = "", month }: AuditMonth): string => `${auditPrefix}${product}#${month}`;

const entryKey = (of: AuditMonth, id: string) => ({ [partitionKey]: auditPartition(of), [sortKey]: id });

/** What this version cannot read is left out, and stays in the table. */
function auditEntriesIn(item: Item): AuditEntry[] {
  const entry = auditEntryIn(parsedJson(item[auditEntryAttribute]?.S ?? ""));
  return entry ? [entry] : [];
}
