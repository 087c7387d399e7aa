import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { GateName } from "../../core/limits/gate.ts";
import type { Gates, GateView, LinePage } from "../../core/ports/gates.ts";
import { partitionKey, phaseIndex, sortKey } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { reserving, standing } from "./gate-changes.ts";
import {
  crowdedPartition,
  crowdedSortKey,
  gateItemStateOf,
  gateOf,
  gatePartition,
  isPart,
  isWaiter,
  partNumber,
  readWaiter,
  waiterKey,
  waiterPrefix,
} from "./gate-item.ts";
import type { Item } from "./job-item.ts";

type Lines = Pick<Gates, "line" | "look" | "length" | "stand" | "reserve" | "leave" | "waiter" | "withLine">;

/** A page of a gate's items has room for this many parts, in case it has more than one. */
const partsPerPage = 100;

/** The lines of gates: an item per waiter, in the partition of its gate. */
export function dynamoLines({ client, table }: { client: DynamoDBClient; table: string }): Lines {
  const ofGate = (gate: GateName): QueryCommandInput => ({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk",
    ExpressionAttributeNames: { "#pk": partitionKey },
    ExpressionAttributeValues: toAttributes({ ":pk": gatePartition(gate) }),
  });

  const ofLine = (gate: GateName): QueryCommandInput => ({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :waiting)",
    ExpressionAttributeNames: { "#pk": partitionKey, "#sk": sortKey },
    ExpressionAttributeValues: toAttributes({ ":pk": gatePartition(gate), ":waiting": waiterPrefix }),
  });

  async function read(query: QueryCommandInput, gate: GateName, { limit, after }: LinePage): Promise<GateView> {
    const view: GateView = { parts: {}, waiters: [], more: false };
    let from: Item | undefined = after && waiterKey(gate, after);
    // One more than is asked for says whether there are more. Most gates have one part besides.
    let pageSize = limit + 2;
    do {
      const page = await client.send(
        new QueryCommand({ ...query, Limit: pageSize, ...(from && { ExclusiveStartKey: from }) }),
      );
      for (const item of page.Items ?? []) {
        if (isPart(item)) view.parts[partNumber(item)] = gateItemStateOf(item);
        else if (isWaiter(item)) view.waiters.push(readWaiter(item));
      }
      from = page.LastEvaluatedKey;
      pageSize = limit + 1 - view.waiters.length + partsPerPage;
    } while (from && view.waiters.length <= limit);
    return { ...view, waiters: view.waiters.slice(0, limit), more: view.waiters.length > limit };
  }

  return {
    async line(gate, page) {
      const { waiters, more } = await read(ofLine(gate), gate, page);
      return { waiters, more };
    },

    look: (gate, page) => read(ofGate(gate), gate, page),

    async length(gate, most) {
      let length = 0;
      let from: Item | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            ...ofLine(gate),
            Select: "COUNT",
            Limit: most - length,
            ...(from && { ExclusiveStartKey: from }),
          }),
        );
        length += page.Count ?? 0;
        from = page.LastEvaluatedKey;
      } while (from && length < most);
      return length;
    },

    async stand(gate, waiter) {
      await client.send(standing(table, gate, waiter));
    },

    async reserve(gate, at, reservation) {
      try {
        await client.send(reserving(table, gate, at, reservation));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async leave(gate, at) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: waiterKey(gate, at) }));
    },

    async waiter(gate, at) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: waiterKey(gate, at), ConsistentRead: true }),
      );
      return Item && readWaiter(Item);
    },

    async withLine(tenant, { limit, after }) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: phaseIndex.name,
          KeyConditionExpression: `#partition = :partition${after ? " AND #position > :after" : ""}`,
          ExpressionAttributeNames: {
            "#partition": phaseIndex.partitionKey,
            ...(after && { "#position": phaseIndex.sortKey }),
          },
          ExpressionAttributeValues: toAttributes({
            ":partition": crowdedPartition(tenant),
            ":after": after && crowdedSortKey(after),
          }),
          Limit: limit,
        }),
      );
      return Items.map(gateOf);
    },
  };
}
