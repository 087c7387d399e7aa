import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "@jest/globals";
import { toAttributes } from "../../../../lambdas/aws/dynamodb/attributes.ts";
import { dynamoGates } from "../../../../lambdas/aws/dynamodb/gates.ts";
import type { GateItem } from "../../../../lambdas/core/limits/gate.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { type Captured, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";
import { noon } from "../../../support/builders.ts";
import { idOf, lease, perSecond, turn } from "../../../support/conformance/fresh-gate.ts";

const gate: GateItem = { product: "shop", env: "prd", limit: "mailbox", key: "k", part: 0 };
const key = { PK: "GATE#shop#prd#mailbox#k", SK: "PART#000" };

function aTable(answer: (request: Captured, earlier: number) => StubAnswer) {
  const requestHandler = stubHandler(answer);
  const client = new DynamoDBClient({ ...settings, requestHandler, maxAttempts: 1 });
  const calls = () => requestHandler.requests.map(({ headers }) => headers["x-amz-target"]?.split(".")[1]);
  return { gates: dynamoGates({ client, table: "jobs" }), calls, requests: requestHandler.requests };
}

/** What DynamoDB answers to a write whose condition failed: the item as it is. */
const refused = (item?: object): StubAnswer => ({
  statusCode: 400,
  headers: { "x-amzn-errortype": "ConditionalCheckFailedException" },
  body: {
    __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
    message: "The conditional request failed",
    ...(item && { Item: toAttributes({ ...key, ...item }) }),
  },
});

test("a job that finds a line at the gate costs one request", async () => {
  const stored = { n: 1, [idOf(1)]: { lease, turn }, waiting: "a", next_call: noon + 5, peak: 3 };
  const { gates, calls } = aTable(() => refused(stored));
  expect(await gates.take(gate, { job: idOf(2), turn, now: noon, slot: { lease, limit: 5 } })).toEqual({
    outcome: "line",
    state: { holders: { [idOf(1)]: { lease, turn } }, count: 1, peak: 3, line: { id: "a", nextCall: noon + 5 } },
  });
  expect(calls()).toEqual(["UpdateItem"]);
});

test("a start after those seen in a first part costs one request", async () => {
  const tat = (noon + 500) * 1000;
  const { gates, calls } = aTable(({ headers }) =>
    headers["x-amz-target"]?.endsWith("BatchGetItem")
      ? { body: { Responses: { jobs: [toAttributes({ ...key, tat, inc: perSecond.increment })] } } }
      : { body: { Attributes: toAttributes({ tat: tat + perSecond.increment }) } },
  );
  await gates.firsts([gate]);
  const taken = await gates.take(gate, { job: idOf(2), turn, now: noon, rate: perSecond });
  expect(taken).toEqual({ outcome: "taken", startsAt: noon + 500, again: false });
  expect(calls()).toEqual(["BatchGetItem", "UpdateItem"]);
});

test("first parts that DynamoDB did not process are read again", async () => {
  const other = { ...key, PK: `${key.PK}2` };
  const { gates, requests } = aTable((_, earlier) =>
    earlier === 0
      ? {
          body: {
            Responses: { jobs: [toAttributes({ ...key, n: 1 })] },
            UnprocessedKeys: { jobs: { Keys: [toAttributes(other)], ConsistentRead: true } },
          },
        }
      : { body: { Responses: { jobs: [toAttributes({ ...other, n: 2 })] } } },
  );
  const firsts = await gates.firsts([{ ...gate, key: "k2" }, gate, gate]);
  expect(firsts.map(({ count }) => count)).toEqual([2, 1, 1]);
  expect(requests[0]?.body).toMatchObject({ RequestItems: { jobs: { ConsistentRead: true } } });
  expect(requests[1]?.body).toMatchObject({ RequestItems: { jobs: { Keys: [toAttributes(other)] } } });
});

test("a gate that changes with each try is given up after a few", async () => {
  const { gates } = aTable((_, earlier) => refused({ tat: (noon + (earlier % 2)) * 1000 }));
  const taking = gates.take(gate, { job: idOf(2), turn, now: noon, rate: perSecond });
  await expect(taking).rejects.toMatchObject({ code: "CONTENDED" });
});

test("the refusal of a mark tells that another one has replaced it", async () => {
  const { gates, calls } = aTable(() => refused({ waiting: "b" }));
  expect(await gates.mark(gate, { id: "c" }, { id: "a" })).toBe(false);
  expect(await gates.mark(gate, { id: "b" }, { id: "a" })).toBe(true);
  expect(calls()).toEqual(["UpdateItem", "UpdateItem"]);
});
