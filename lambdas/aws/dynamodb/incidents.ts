import { isDeepStrictEqual } from "node:util";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Tenant } from "../../core/access/tenants.ts";
import type { Incident, IncidentChanges, IncidentName } from "../../core/job/incident.ts";
import type { Spending } from "../../core/job/spending.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import type { Incidents, Occurrence, Occurrences, RateName, Watched } from "../../core/ports/incidents.ts";
import {
  causesPrefix,
  partitionKey,
  ratesPrefix,
  sortKey,
  spentPrefix,
  ttlAttribute,
  watchedPartition,
} from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { type Counting, dynamoCounters, withoutMarks } from "./counters.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, isItemOf, readItem } from "./read-item.ts";

/** For how long an incident is kept that does not happen any more. */
const keptMs = 90 * dayMs;

/**
 * Incidents in the table of jobs: one item each in the partition of its tenant, which counts, and one in a partition of all that are open.
 * What fails is one update a batch and incident.
 */
export function dynamoIncidents({ client, table }: { client: DynamoDBClient; table: string }): Incidents {
  const counters = dynamoCounters({ client, table });

  async function get(name: IncidentName): Promise<Incident | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: incidentKeyOf(name), ConsistentRead: true }),
    );
    return Item && incidentIn(Item);
  }

  const watchItems = (prefix: string, most?: number) =>
    queryItems(
      client,
      {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :watched AND begins_with(${sortKey}, :prefix)`,
        ExpressionAttributeValues: toAttributes({ ":watched": watchedPartition, ":prefix": prefix }),
        ConsistentRead: true,
        ...(most !== undefined && { Limit: most }),
      },
      most,
    );

  return withClassifiedErrors<Incidents>({
    async add(occurrences, { mustExist }) {
      const item = await counters.count({ ...countingOf(occurrences), mustExist });
      return item === "no item" ? undefined : incidentIn(item);
    },

    get,

    async change(before, changes, { unlessCounted = false } = {}) {
      try {
        const { Attributes } = await client.send(changeUpdate(table, before, changes, unlessCounted));
        return incidentIn(Attributes as Item);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // The SDK repeats a write whose answer was lost, and may find the change that it made itself.
        const stored = await get(before);
        return stored && isIncidentChanged(stored, before, changes) ? stored : "lost";
      }
    },

    async countRuns(rate, { slot, until }, runs) {
      await counters.count({
        key: toAttributes({ [partitionKey]: ratePartition(rate), [sortKey]: slotKey(slot) }),
        from: slot,
        entries: runs,
        additionOf: (some) => ({
          add: { ended: some.length, failed: some.filter(({ failed }) => failed).length },
          set: { [ttlAttribute]: Math.ceil(until / 1000) },
        }),
      });
    },

    async runs(rate, fromSlot) {
      const items = await queryItems(client, {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :rate AND ${sortKey} >= :from`,
        ExpressionAttributeValues: toAttributes({ ":rate": ratePartition(rate), ":from": slotKey(fromSlot) }),
        ConsistentRead: true,
      });
      const sum = (name: "ended" | "failed") => items.reduce((all, item) => all + Number(item[name]?.N ?? 0), 0);
      return { ended: sum("ended"), failed: sum("failed") };
    },

    async spending(tenant) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: spendingKeyOf(tenant), ConsistentRead: true }),
      );
      return Item && readItem<Spending>(Item, spendingCodec);
    },

    async spend(tenant, before, after) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...toAttributes({ ...after, [ttlAttribute]: incidentExpiry(after.until) }), ...spendingKeyOf(tenant) },
        ConditionExpression: before ? "#until = :until" : "attribute_not_exists(PK)",
        ...(before && {
          ExpressionAttributeNames: { "#until": "until" },
          ExpressionAttributeValues: toAttributes({ ":until": before.until }),
        }),
      });
      return (await unlessRefused(client.send(put))) ? "spent" : "lost";
    },

    async page({ product, env }, { limit, after }) {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :tenant${after === undefined ? "" : ` AND ${sortKey} > :after`}`,
        ExpressionAttributeValues: toAttributes({ ":tenant": tenantPartition({ product, env }), ":after": after }),
        Limit: limit,
      };
      return (await queryItems(client, query, limit)).filter((item) => isItemOf(item, codec)).map(incidentIn);
    },

    async watch(watched) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...watchKeyOf(watched), ...toAttributes(watched) },
        ConditionExpression: "attribute_not_exists(PK) OR opening < :opening",
        ExpressionAttributeValues: toAttributes({ ":opening": watched.opening }),
      });
      await unlessRefused(client.send(put));
    },

    async watched({ tenant, most } = {}) {
      const prefix = tenant ? `${incidentMark}${tenant.product}#${tenant.env}#` : incidentMark;
      return (await watchItems(prefix, most)).map((item) => readItem<Watched>(item, watchedCodec));
    },

    async renote(watched) {
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...watchKeyOf(watched), ...toAttributes({ ...watched }) },
        ConditionExpression: "opening = :opening",
        ExpressionAttributeValues: toAttributes({ ":opening": watched.opening }),
      });
      await unlessRefused(client.send(put));
    },

    async unwatch(watched) {
      const remove = new DeleteItemCommand({
        TableName: table,
        Key: watchKeyOf(watched),
        ConditionExpression: "opening = :opening",
        ExpressionAttributeValues: toAttributes({ ":opening": watched.opening }),
      });
      await unlessRefused(client.send(remove));
    },

    async begun() {
      const items = await watchItems(beginMark);
      return new Map(
        items.map((item) => [item[sortKey]?.S?.slice(beginMark.length) ?? "", Number(item.at?.N)] as const),
      );
    },

    async begin({ product, env }, at) {
      const key = { [partitionKey]: watchedPartition, [sortKey]: `${beginMark}${product}#${env}` };
      const put = new PutItemCommand({
        TableName: table,
        Item: toAttributes({ ...key, at }),
        ConditionExpression: "attribute_not_exists(PK)",
      });
      await unlessRefused(client.send(put));
    },
  });
}

async function unlessRefused(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return false;
  }
}

/** The two kinds of items in the partition of what is watched. */
const incidentMark = "INCIDENT#";
const beginMark = "BEGUN#";

/** Tags contain no `#`, so the keys are unambiguous: `CAUSE#my-product#prd`. */
const tenantPartition = ({ product, env }: Tenant) => `${causesPrefix}${product}#${env}`;

const ratePartition = ({ product, env, alert }: RateName) => `${ratesPrefix}${product}#${env}#${alert}`;
const spendingKeyOf = ({ product, env }: Tenant): Item =>
  toAttributes({ [partitionKey]: `${spentPrefix}${product}#${env}`, [sortKey]: "MONTH" });

/** Sorts by time. */
const slotKey = (slot: number) => String(slot).padStart(16, "0");

const incidentKeyOf = ({ id, ...tenant }: IncidentName): Item =>
  toAttributes({ [partitionKey]: tenantPartition(tenant), [sortKey]: id });

const watchKeyOf = ({ product, env, id }: IncidentName): Item =>
  toAttributes({ [partitionKey]: watchedPartition, [sortKey]: `${incidentMark}${product}#${env}#${id}` });

/** The first time stays, what failed last is replaced. */
function countingOf({ product, env, id, subject, entries }: Occurrences): Counting<Occurrence> {
  return {
    key: incidentKeyOf({ product, env, id }),
    from: 0,
    entries,
    additionOf: (some) => {
      const latest = some.reduce((last, one) => (one.at >= last.at ? one : last));
      const { at, event, job_id } = latest;
      const first = Math.min(...some.map((one) => one.at));
      const sample = { ...(event !== undefined && { event }), ...(job_id !== undefined && { sample_job_id: job_id }) };
      return {
        add: { count: some.length },
        set: { product, env, id, ...subject, ...sample, last_at: at, [ttlAttribute]: incidentExpiry(at) },
        setOnce: { first_at: first },
      };
    },
  };
}

/** Whether an incident is what a change made of it. What fails meanwhile is counted without a version. */
function isIncidentChanged(stored: Incident, before: Incident, changes: IncidentChanges): boolean {
  const made = incidentIn(toAttributes({ ...before, ...changes, version: versionAfter(before) }));
  const names = ["version", ...Object.keys(changes)] as (keyof Incident)[];
  return names.every((name) => isDeepStrictEqual(stored[name], made[name]));
}

const versionAfter = ({ version = 0 }: Incident): number => version + 1;

const incidentExpiry = (at: number): number => Math.floor((at + keptMs) / 1000);

function changeUpdate(
  table: string,
  before: Incident,
  changes: IncidentChanges,
  unlessCounted: boolean,
): UpdateItemCommand {
  const entries = Object.entries({ ...changes, version: versionAfter(before) });
  const sets = entries.flatMap(([, value], i) => (value === undefined ? [] : [`#${i} = :${i}`]));
  const removes = entries.flatMap(([, value], i) => (value === undefined ? [`#${i}`] : []));
  const conditions = [
    before.version === undefined ? "attribute_not_exists(version)" : "version = :version",
    "attribute_exists(PK)",
    ...(unlessCounted ? ["#count = :count"] : []),
  ];
  return new UpdateItemCommand({
    TableName: table,
    Key: incidentKeyOf(before),
    ConditionExpression: conditions.join(" AND "),
    UpdateExpression: [`SET ${sets.join(", ")}`, ...(removes.length > 0 ? [`REMOVE ${removes.join(", ")}`] : [])].join(
      " ",
    ),
    ExpressionAttributeNames: {
      ...Object.fromEntries(entries.map(([name], i) => [`#${i}`, name])),
      ...(unlessCounted && { "#count": "count" }),
    },
    ExpressionAttributeValues: toAttributes({
      ...Object.fromEntries(entries.map(([, value], i) => [`:${i}`, value])),
      ":version": before.version,
      ...(unlessCounted && { ":count": before.count }),
    }),
    ReturnValues: "ALL_NEW",
  });
}

const codec: Codec<Incident> = {
  needed: {
    ...{ product: "string", env: "string", id: "string", kind: "string" },
    ...{ count: "number", first_at: "number", last_at: "number" },
  },
};

const incidentIn = (item: Item): Incident => readItem(withoutMarks(item), codec);

const spendingCodec: Codec<Spending> = {
  needed: { month: "string", until: "number", usd: "number", events: "object" },
};

const watchedCodec: Codec<Watched> = {
  needed: { product: "string", env: "string", id: "string", opening: "number", at: "number" },
};
