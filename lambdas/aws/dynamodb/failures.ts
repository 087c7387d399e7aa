import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  type DayFailures,
  type FailureGroup,
  groupsPerDay,
  mergedGroup,
  otherOf,
} from "../../core/job/failure-group.ts";
import { allOver } from "../../core/kernel/in-parallel.ts";
import type { Failures } from "../../core/ports/failures.ts";
import type { Counted } from "../../core/ports/stats-store.ts";
import { errorsPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { type Counting, dynamoCounters, withoutMarks } from "./counters.ts";
import type { Item } from "./job-item.ts";
import { queryItems } from "./query-items.ts";
import { type Codec, isItemOf, readItem } from "./read-item.ts";
import { keptMs } from "./stats-store.ts";

/** The failures of a tenant on one day, which share a partition. */
type Day = Pick<DayFailures, "product" | "env" | "day">;

/** What is no group has a sort key that begins so: a fingerprint has no such character. */
const noGroup = "#";
/** The item that holds how many groups a day has. */
const groupsKey = `${noGroup}groups`;

type Failure = DayFailures & Counted;

/**
 * Groups of failures in the table of jobs: one item per tenant, day and group. Failures of a known group are one update; a new
 * group takes a place among those of its day first.
 */
export function dynamoFailures({ client, table }: { client: DynamoDBClient; table: string }): Failures {
  const counters = dynamoCounters({ client, table });

  /** Whether the group had an item already. */
  const addToKnown = async (failures: readonly Failure[]): Promise<boolean> =>
    (await counters.count({ ...failureCounting(failures), mustExist: true })) !== "no item";

  /** Takes places for new groups. Returns how many of them the day has room for. */
  async function takePlaces(day: Day, groups: readonly (readonly Failure[])[]): Promise<number> {
    const item = await counters.count(placesCounting(day, groups));
    const before = item === "no item" ? 0 : Number(item.groups?.N) - groups.length;
    return Math.max(0, Math.min(groups.length, groupsPerDay - before));
  }

  async function addDay(day: Day, failures: readonly Failure[]): Promise<void> {
    const groups = byGroup(failures);
    const known = await Promise.all(groups.map(addToKnown));
    const unknown = groups.filter((_, i) => !known[i]);
    if (unknown.length === 0) return;
    const room = await takePlaces(day, unknown);
    const others = unknown.slice(room).flat();
    const more = [...unknown.slice(0, room), ...(others.length > 0 ? [others.map(asOther)] : [])];
    await Promise.all(more.map((group) => counters.count(failureCounting(group))));
  }

  return {
    async add(failures) {
      const days = Map.groupBy(failures, (day) => failurePartitionOf(day));
      await allOver([...days.values()].map((all) => addDay(all[0] as Failure, all)));
    },

    async read(product, env, day) {
      const query = {
        TableName: table,
        KeyConditionExpression: `${partitionKey} = :day`,
        ExpressionAttributeValues: toAttributes({ ":day": failurePartitionOf({ product, env, day }) }),
      };
      const items = await queryItems(client, query);
      return items.filter((item) => isItemOf(item, codec)).map(groupIn);
    },
  };
}

/** Tags contain no `#`, so the key is unambiguous: `ERRORS#my-product#prd#2030-01-31`. */
const failurePartitionOf = ({ product, env, day }: Day) =>
  `${errorsPrefix}${product}#${env}#${new Date(day).toISOString().slice(0, "YYYY-MM-DD".length)}`;

const failureKeyOf = (day: Day, key: string): Item =>
  toAttributes({ [partitionKey]: failurePartitionOf(day), [sortKey]: key });

const failureExpiryOf = ({ day }: Day) => (day + keptMs) / 1000;

const byGroup = (failures: readonly Failure[]): Failure[][] => [
  ...Map.groupBy(failures, ({ group }) => group.fingerprint).values(),
];

const asOther = (failure: Failure): Failure => ({ ...failure, group: otherOf(failure.group) });

/** A group takes a place once, although several processes may find it new. */
const placesCounting = (day: Day, groups: readonly (readonly Failure[])[]): Counting<Failure> => ({
  key: failureKeyOf(day, groupsKey),
  from: day.day,
  entries: groups.map(([first]) => first as Failure).map((first) => ({ ...first, mark: first.group.fingerprint })),
  additionOf: (some) => ({ add: { groups: some.length }, set: { [ttlAttribute]: failureExpiryOf(day) } }),
});

/** The first failure stays, the last one is replaced. */
function failureCounting(failures: readonly Failure[]): Counting<Failure> {
  const [first] = failures as [Failure];
  return {
    key: failureKeyOf(first, first.group.fingerprint),
    from: first.day,
    entries: failures,
    additionOf: (some) => {
      const { count, first_at, fingerprint: _, ...latest } = some.map(({ group }) => group).reduce(mergedGroup);
      return { add: { count }, set: { ...latest, [ttlAttribute]: failureExpiryOf(first) }, setOnce: { first_at } };
    },
  };
}

const codec: Codec<Omit<FailureGroup, "fingerprint">> = {
  needed: {
    ...{ event: "string", type: "string", code: "string", message: "string", count: "number" },
    ...{ first_at: "number", last_at: "number", sample_job_id: "string" },
  },
};

const groupIn = (item: Item): FailureGroup => ({
  ...readItem(withoutMarks(item), codec),
  fingerprint: item[sortKey]?.S ?? "",
});
