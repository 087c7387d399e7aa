import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { TransientError } from "../../core/errors.ts";
import {
  type Ask,
  emptyPart,
  type GatePart,
  isShared,
  nextStep,
  type PartState,
  type PartWrite,
  startOf,
  type Taken,
} from "../../core/flow/gate.ts";
import type { Gates, GateView } from "../../core/ports/gates.ts";
import { given } from "../../core/schema/given.ts";
import { partitionKey, phaseIndex, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { dropping, marking, releasing, unmarking, waiterKeptMs } from "./gate-changes.ts";
import {
  crowdedPartition,
  crowdedSortKey,
  gateOf,
  gatePartition,
  isPart,
  partKey,
  partNumber,
  partOf,
  reservationAttributes,
  waiterKey,
  waiterOf,
} from "./gate-item.ts";
import { gateUpdate } from "./gate-update.ts";
import type { Item } from "./job-item.ts";
import { dynamoPins } from "./limit-pins.ts";

/** Each round is a write whose condition failed because somebody else changed the part meanwhile. */
const rounds = 20;
/** Where a part is expected to stand, so that the first write mostly holds. A guess can cost a call and nothing else. */
const guessesKept = 1000;

/** Gates in the table of the jobs. Every write is an update of one item on a condition, and no transaction is needed. */
export function dynamoGates({ client, table }: { client: DynamoDBClient; table: string }): Gates {
  const guesses = new Map<string, number>();

  async function read(part: GatePart): Promise<PartState> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: partKey(part), ConsistentRead: true }),
    );
    return Item ? partOf(Item) : emptyPart();
  }

  /** Sends a write whose condition may fail: answers the attributes that it wrote, or what is stored instead. */
  async function tried(part: GatePart, update: UpdateItemCommand): Promise<{ written: Item } | { stored: PartState }> {
    try {
      return { written: (await client.send(update)).Attributes ?? {} };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every server answers the item, and none answers one that is absent.
      return { stored: error.Item ? partOf(error.Item) : await read(part) };
    }
  }

  function guess(part: GatePart): PartState {
    const tat = guesses.get(nameOf(part));
    return { ...emptyPart(), ...(tat !== undefined && { tat }) };
  }

  function learn(part: GatePart, tat: number | undefined): void {
    if (tat === undefined) return;
    if (guesses.size >= guessesKept) guesses.clear();
    guesses.set(nameOf(part), tat);
  }

  /** Sends one update of any item, whose condition may fail. Answers whether it held. */
  async function holds(command: UpdateItemCommand): Promise<boolean> {
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function take(part: GatePart, ask: Ask): Promise<Taken> {
    // A slot is looked for in an empty part first, since a limit that is reached is the rarer case.
    let seen = guess(part);
    for (let round = 0; round < rounds; round++) {
      const step = nextStep(seen, ask);
      if (step.do === "refuse") return { outcome: step.why };
      if (step.do === "nothing") return { outcome: "taken", startsAt: step.startsAt, again: false };
      const { write } = step;
      const answer = await tried(part, gateUpdate(table, part, { write, ask, seen }));
      if ("stored" in answer) {
        seen = answer.stored;
        learn(part, seen.tat);
        continue;
      }
      if (write.slot?.do === "drop") {
        seen = await read(part);
        continue;
      }
      const before = writtenBefore(answer.written, write);
      if (before !== undefined && ask.rate) learn(part, before + ask.rate.increment);
      const startsAt = startOf(
        write.rate ? { ...emptyPart(), ...(before !== undefined && { tat: before }) } : seen,
        ask,
      );
      const again = write.slot?.do === "renew";
      const shared = again && isShared(seen.holders[ask.job], ask);
      return { outcome: "taken", startsAt, again, ...(shared && { shared }) };
    }
    throw new TransientError("CONTENDED", `a gate of limit ${part.limit} changes too often`);
  }

  return withClassifiedErrors<Gates>({
    take,

    async release(part, job, turn, lease) {
      const answer = await tried(part, releasing(table, part, { job, turn, ...given({ lease }) }));
      return "written" in answer ? { waiting: "waiting" in answer.written } : undefined;
    },

    async drop(part, job, { lease }) {
      await holds(dropping(table, part, { dead: job, seen: lease }));
    },

    async look(gate, { limit, after }) {
      const view: GateView = { parts: {}, waiters: [], more: false };
      let from: Item | undefined = after && waiterKey(gate, after);
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            KeyConditionExpression: "#pk = :pk",
            ExpressionAttributeNames: { "#pk": partitionKey },
            ExpressionAttributeValues: toAttributes({ ":pk": gatePartition(gate) }),
            Limit: limit + 1,
            ...(from && { ExclusiveStartKey: from }),
          }),
        );
        for (const item of Items) {
          if (isPart(item)) view.parts[partNumber(item)] = partOf(item);
          else view.waiters.push(waiterOf(item));
        }
        from = LastEvaluatedKey;
      } while (from && view.waiters.length <= limit);
      view.more = view.waiters.length > limit;
      view.waiters = view.waiters.slice(0, limit);
      return view;
    },

    async lineUp(gate, waiter, parts) {
      const { since } = waiter;
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...toAttributes({ ...waiter, [ttlAttribute]: Math.ceil((since + waiterKeptMs) / 1000) }),
            ...waiterKey(gate, waiter),
          },
        }),
      );
      const mark = crypto.randomUUID();
      await Promise.all(
        Array.from({ length: parts }, (_, part) => client.send(marking(table, { ...gate, part }, { mark, since }))),
      );
    },

    async leave(gate, at) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: waiterKey(gate, at) }));
    },

    async waiter(gate, at) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: waiterKey(gate, at), ConsistentRead: true }),
      );
      return Item && waiterOf(Item);
    },

    async unmark(part, seen) {
      await holds(unmarking(table, part, seen));
    },

    async crowded(tenant, { limit, after }) {
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

    ...dynamoPins({ client, table }),
  });
}

const nameOf = (part: GatePart): string => `${gatePartition(part)}#${part.part}`;

/** The arrival time before a write that reserved. */
function writtenBefore(written: Item, { rate }: PartWrite): number | undefined {
  const value = rate && written[reservationAttributes(rate.place).tat]?.N;
  return value === undefined ? undefined : Number(value);
}
