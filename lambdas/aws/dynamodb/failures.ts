import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  type DayFailures,
  type FailureGroup,
  groupsPerDay,
  mergedGroups,
  otherOf,
} from "../../core/job/failure-group.ts";
import type { Failures } from "../../core/ports/ports.ts";
import { errorsPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { keptMs } from "./stats-store.ts";

/** The failures of a tenant on one day, which share a partition. */
type Day = Pick<DayFailures, "product" | "env" | "day">;

/** The item that holds how many groups a day has. A fingerprint has no such character. */
const groupsKey = "#groups";

/**
 * Groups of failures in the table of jobs: one item per tenant, day and group. A failure of a known group is one update; a new
 * group takes a place among those of its day first.
 */
export function dynamoFailures({ client, table }: { client: DynamoDBClient; table: string }): Failures {
  /** Whether the group had an item already. */
  async function addToKnown(day: Day, group: FailureGroup): Promise<boolean> {
    try {
      await client.send(addUpdate(table, day, group, "attribute_exists(PK)"));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** Takes places for new groups. Answers how many of them the day has room for. */
  async function takePlaces(day: Day, wanted: number): Promise<number> {
    const { Attributes = {} } = await client.send(placesUpdate(table, day, wanted));
    const before = Number(Attributes.groups?.N) - wanted;
    return Math.max(0, Math.min(wanted, groupsPerDay - before));
  }

  async function addDay(day: Day, groups: readonly FailureGroup[]): Promise<void> {
    const known = await Promise.all(groups.map((group) => addToKnown(day, group)));
    const unknown = groups.filter((_, i) => !known[i]);
    if (unknown.length === 0) return;
    const room = await takePlaces(day, unknown.length);
    const more = [...unknown.slice(0, room), ...mergedGroups(unknown.slice(room).map(otherOf))];
    await Promise.all(more.map((group) => client.send(addUpdate(table, day, group))));
  }

  return {
    async add(failures) {
      const days = Map.groupBy(failures, ({ product, env, day }) => partitionOf({ product, env, day }));
      const added = [...days.values()].map((all) =>
        addDay(
          all[0] as DayFailures,
          all.map(({ group }) => group),
        ),
      );
      const failed = (await Promise.allSettled(added)).find((one) => one.status === "rejected");
      if (failed) throw failed.reason;
    },

    async read(product, env, day) {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :day`,
        ExpressionAttributeValues: toAttributes({ ":day": partitionOf({ product, env, day }) }),
      };
      const items = await queryItems(client, query);
      return items.filter((item) => item[sortKey]?.S !== groupsKey).map(groupIn);
    },
  };
}

/** Tags contain no `#`, so the key is unambiguous: `ERRORS#my-product#prd#2030-01-31`. */
const partitionOf = ({ product, env, day }: Day) =>
  `${errorsPrefix}${product}#${env}#${new Date(day).toISOString().slice(0, "YYYY-MM-DD".length)}`;

const keyOf = (day: Day, key: string): Item => toAttributes({ [partitionKey]: partitionOf(day), [sortKey]: key });

const expiryOf = ({ day }: Day) => (day + keptMs) / 1000;

const placesUpdate = (table: string, day: Day, wanted: number) =>
  new UpdateItemCommand({
    TableName: table,
    Key: keyOf(day, groupsKey),
    UpdateExpression: "ADD groups :wanted SET #expires = :expires",
    ExpressionAttributeNames: { "#expires": ttlAttribute },
    ExpressionAttributeValues: toAttributes({ ":wanted": wanted, ":expires": expiryOf(day) }),
    ReturnValues: "UPDATED_NEW",
  });

/** The first failure stays, the last one is replaced. */
function addUpdate(table: string, day: Day, group: FailureGroup, condition?: string): UpdateItemCommand {
  const { fingerprint, count, first_at, ...latest } = group;
  const fields = Object.entries({ ...latest, [ttlAttribute]: expiryOf(day) });
  const sets = ["first_at = if_not_exists(first_at, :first)", ...fields.map((_, i) => `#f${i} = :f${i}`)];
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(day, fingerprint),
    UpdateExpression: `ADD #count :count SET ${sets.join(", ")}`,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ExpressionAttributeNames: {
      "#count": "count",
      ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
    },
    ExpressionAttributeValues: toAttributes({
      ":count": count,
      ":first": first_at,
      ...Object.fromEntries(fields.map(([, value], i) => [`:f${i}`, value])),
    }),
  });
}

const notOfGroup = new Set<string>([partitionKey, sortKey, ttlAttribute]);

const groupIn = (item: Item): FailureGroup => ({
  ...(fromAttributes(item, notOfGroup) as unknown as FailureGroup),
  fingerprint: item[sortKey]?.S ?? "",
});
