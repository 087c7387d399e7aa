import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { defined } from "../../core/kernel/defined.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import {
  type Ask,
  emptyPart,
  type GateItem,
  type GateItemState,
  type GateItemWrite,
  gateStep,
  isShared,
  newHolder,
  startFrom,
  type Taken,
} from "../../core/limits/gate.ts";
import type { Arrival, Pace } from "../../core/limits/gcra.ts";
import type { Gates } from "../../core/ports/gates.ts";
import { partitionKey, sortKey } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { dropping, isSameMark, marking, peaking, pumping, releasing } from "./gate-changes.ts";
import { gateItemStateOf, gatePartition, partKey, partNumber, partPrefix, pumpKey, pumpOf } from "./gate-item.ts";
import { dynamoLines } from "./gate-line.ts";
import { gateUpdate } from "./gate-update.ts";
import type { Item } from "./job-item.ts";
import { dynamoPins } from "./limit-pins.ts";
import { queryItems } from "./query-items.ts";

/** Each round is a write whose condition failed because another process changed the part meanwhile. */
const rounds = 20;
/** Where a part is expected to stand, so that the first write mostly holds. A guess can cost a call and nothing else. */
const guessesKept = 1000;

/** Gates in the table of the jobs. Every write is a conditional update of one item, and no transaction is needed. */
export function dynamoGates({ client, table }: { client: DynamoDBClient; table: string }): Gates {
  const guesses = new Map<string, Arrival>();

  function learn(part: GateItem, { tat, inc }: Arrival): void {
    if (tat === undefined) return;
    if (guesses.size >= guessesKept) guesses.clear();
    guesses.set(gateItemNameOf(part), { tat, ...defined({ inc }) });
  }

  async function read(part: GateItem): Promise<GateItemState> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: partKey(part), ConsistentRead: true }),
    );
    return Item ? gateItemStateOf(Item) : emptyPart();
  }

  /** Sends a write whose condition may fail: returns the attributes that it wrote, or what is stored instead. */
  async function tried(
    part: GateItem,
    update: UpdateItemCommand,
  ): Promise<{ written: Item } | { stored: GateItemState }> {
    try {
      return { written: (await client.send(update)).Attributes ?? {} };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every server returns the item, and none returns one that is absent.
      return { stored: error.Item ? gateItemStateOf(error.Item) : await read(part) };
    }
  }

  /** Sends one update of any item, whose condition may fail, and cares for nothing else. */
  async function attempted(command: UpdateItemCommand): Promise<void> {
    try {
      await client.send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async function take(part: GateItem, ask: Ask): Promise<Taken> {
    // A slot is looked for in an empty part first, since a limit that is reached is the rarer case.
    let seen: GateItemState = { ...emptyPart(), ...guesses.get(gateItemNameOf(part)) };
    let isGuess = true;
    let lost: HeldSlot = { again: false };
    const found = (state: GateItemState) => {
      seen = state;
      isGuess = false;
      learn(part, state);
    };
    for (let round = 0; round < rounds; round++) {
      const step = gateStep(seen, ask);
      if (step.do !== "write" && isGuess) {
        found(await read(part));
        continue;
      }
      if (step.do === "nothing") return { outcome: "taken", startsAt: step.startsAt, ...lost };
      if (step.do === "refuse") return refusedTake(step, seen);
      const { write } = step;
      const held = heldBefore(write, seen, ask);
      const answer = await tried(part, gateUpdate(table, part, { write, ask, seen }));
      if ("stored" in answer) {
        // The SDK may have repeated a write of ours whose answer was lost.
        lost = isWritten(answer.stored, seen, ask) ? held : { again: false };
        found(answer.stored);
      } else if (write.slot?.do === "drop") {
        // A write that held is no round: a part may have many slots whose leases are over.
        found(gateItemStateOf(answer.written));
        round--;
      } else {
        const before = write.rate && ask.rate ? writtenBefore(answer.written, ask.rate) : seen;
        if (write.rate && ask.rate && before.tat !== undefined)
          learn(part, { tat: before.tat + ask.rate.increment, inc: ask.rate.increment });
        return { outcome: "taken", startsAt: startFrom(before, ask), ...held };
      }
    }
    throw new TransientError("CONTENDED", `a gate of limit ${part.limit} changes too often`);
  }

  return withClassifiedErrors<Gates>({
    take,

    async release(part, job, turn, lease) {
      const answer = await tried(part, releasing(table, part, { job, turn, ...defined({ lease }) }));
      return "written" in answer ? gateItemStateOf(answer.written) : undefined;
    },

    drop: (part, job, { lease }) => attempted(dropping(table, part, { dead: job, seen: lease })),

    notePeak: (gate, peak) => attempted(peaking(table, gate, peak)),

    async firsts(gates) {
      const found = new Map<string, GateItemState>();
      const parts = gates.map((gate): GateItem => ({ ...gate, part: 0 }));
      // DynamoDB refuses a request that names a key twice.
      let keys: Item[] = [...new Map(parts.map((part) => [gatePartition(part), partKey(part)])).values()];
      // DynamoDB returns the keys that it had no capacity for. If it is throttled and returns nothing, it throws.
      while (keys.length > 0) {
        const request = { [table]: { Keys: keys, ConsistentRead: true } };
        const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
        for (const item of Responses?.[table] ?? []) found.set(item[partitionKey]?.S ?? "", gateItemStateOf(item));
        keys = UnprocessedKeys?.[table]?.Keys ?? [];
      }
      return parts.map((part) => {
        const state = found.get(gatePartition(part)) ?? emptyPart();
        learn(part, state);
        return state;
      });
    },

    async parts(gate) {
      const items = await queryItems(client, {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :part)",
        ExpressionAttributeNames: { "#pk": partitionKey, "#sk": sortKey },
        ExpressionAttributeValues: toAttributes({ ":pk": gatePartition(gate), ":part": partPrefix }),
      });
      return Object.fromEntries(items.map((item) => [partNumber(item), gateItemStateOf(item)]));
    },

    async mark(gate, next, seen) {
      const answer = await tried({ ...gate, part: 0 }, marking(table, gate, next, seen));
      // The SDK may have repeated a write of ours whose answer was lost.
      return "written" in answer || isSameMark(answer.stored.line, next);
    },

    async pump(gate) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: pumpKey(gate), ConsistentRead: true }),
      );
      return Item && pumpOf(Item);
    },

    async keepPump(gate, pump) {
      await client.send(pumping(table, gate, pump));
    },

    ...dynamoLines({ client, table }),
    ...dynamoPins({ client, table }),
  });
}

const gateItemNameOf = (part: GateItem): string => `${gatePartition(part)}#${part.part}`;

type HeldSlot = Pick<Taken & { outcome: "taken" }, "again" | "shared">;

function heldBefore({ slot }: GateItemWrite, seen: GateItemState, ask: Ask): HeldSlot {
  const again = slot?.do === "renew";
  return { again, ...(again && isShared(seen.holders[ask.job], ask) && { shared: true }) };
}

/** Whether a slot is stored as a write of this ask would have left it. */
function isWritten(stored: GateItemState, before: GateItemState, ask: Ask): boolean {
  const [held, own] = [stored.holders[ask.job], newHolder(before.holders[ask.job], ask)];
  return held?.lease === own.lease && held.turn === own.turn;
}

const refusedTake = (
  step: { why: "line" | "full" } | { why: "early"; startsAt: number },
  state: GateItemState,
): Taken =>
  step.why === "early" ? { outcome: "early", startsAt: step.startsAt, state } : { outcome: step.why, state };

/** What was stored of the starts before a write that took one: each moves the arrival time by one increment. */
function writtenBefore({ tat }: Item, { increment }: Pace): Arrival {
  return tat?.N === undefined ? {} : { tat: Number(tat.N) - increment, inc: increment };
}
