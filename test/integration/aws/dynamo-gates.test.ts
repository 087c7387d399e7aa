import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { fromAttributes, toAttributes } from "../../../lambdas/aws/dynamodb/attributes.ts";
import { dynamoGates } from "../../../lambdas/aws/dynamodb/gates.ts";
import type { Ask, GateItem, Taken } from "../../../lambdas/core/limits/gate.ts";
import type { Gates } from "../../../lambdas/core/ports/gates.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { clientThatLoses } from "../../support/aws/lost-answers.ts";
import { noon } from "../../support/builders.ts";
import { idOf, lease, perSecond, turn } from "../../support/conformance/fresh-gate.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let gates: Gates;
let gate: GateItem;
let used = 0;
beforeAll(async () => {
  dynamo = await startDynamo();
  gates = dynamoGates({ client: dynamo.client, table });
});
afterAll(() => dynamo.stop());
beforeEach(() => {
  gate = { product: "shop", env: "prd", limit: "mailbox", key: `k${++used}`, part: 0 };
});

const keyAt = (sort: string) => toAttributes({ PK: `GATE#shop#prd#mailbox#${gate.key}`, SK: sort });
const put = (sort: string, fields: object) =>
  dynamo.client.send(new PutItemCommand({ TableName: table, Item: { ...toAttributes(fields), ...keyAt(sort) } }));
const stored = async (sort: string) => {
  const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: table, Key: keyAt(sort) }));
  return Item && fromAttributes(Item);
};
const partNow = async () => (await gates.firsts([gate]))[0];
const slot = (job: number, more: Partial<Ask> = {}, by = gates): Promise<Taken> =>
  by.take(gate, { job: idOf(job), turn, now: noon, slot: { lease, limit: 9 }, ...more });

describe("a write to a gate whose answer was lost", () => {
  const losing = () => dynamoGates({ client: clientThatLoses("UpdateItem", dynamo.endpoint).client, table });

  test("takes one slot and one start", async () => {
    expect(await slot(1, { rate: perSecond }, losing())).toEqual({ outcome: "taken", startsAt: noon, again: false });
    expect(await slot(2, { rate: perSecond }, losing())).toMatchObject({ startsAt: noon + 1000 });
    expect(await partNow()).toMatchObject({ count: 2, tat: (noon + 2000) * 1000 });
  });

  test("reports that a slot is shared", async () => {
    await slot(1);
    const again = { slot: { lease: lease + 5, limit: 9 } };
    expect(await slot(1, again, losing())).toMatchObject({ outcome: "taken", again: true, shared: true });
    expect(await partNow()).toMatchObject({ count: 1 });
  });

  test("takes a given slot once", async () => {
    const given = { slot: { lease, limit: 1, isGiven: true as const } };
    expect(await slot(1, given, losing())).toMatchObject({ outcome: "taken" });
    expect(await partNow()).toMatchObject({ count: 1, holders: { [idOf(1)]: { lease, turn, given: true } } });
  });

  test("makes its mark", async () => {
    const first = { id: "a", promised: "note 1", nextCall: noon };
    expect(await losing().mark(gate, first, undefined)).toBe(true);
    const second = { ...first, promised: "note 2" };
    expect(await losing().mark(gate, second, first)).toBe(true);
    expect(await losing().mark(gate, first, first)).toBe(false);
    expect(await losing().mark(gate, undefined, second)).toBe(true);
    expect((await partNow())?.line).toBeUndefined();
  });

  test("puts its waiter in line once", async () => {
    const waiter = { job: idOf(1), run: 1, attempt: 1, due_at: noon, order: noon, since: noon };
    await losing().stand(gate, waiter);
    expect(await gates.line(gate, { limit: 5 })).toEqual({ waiters: [waiter], more: false });
  });
});

describe("a gate that version 0.3 has stored", () => {
  const holder = { lease, turn };

  test("keeps its slots, mark, waiters and arrival time", async () => {
    const reserved = { r0w: `${idOf(7)}#1.1.`, r0t: 5, r3w: "x", r3t: 6 };
    await put("PART#000", { [idOf(1)]: holder, n: 1, tat: (noon + 3000) * 1000, waiting: "mark", ...reserved });
    const waiter = { job: idOf(2), run: 1, attempt: 2, due_at: noon, order: noon, since: noon - 5 };
    await put(`WAIT#${String(noon).padStart(16, "0")}#${idOf(2)}`, { ...waiter, expires: 7 });
    const state = { holders: { [idOf(1)]: holder }, count: 1, tat: (noon + 3000) * 1000, line: { id: "mark" } };
    expect(await gates.look(gate, { limit: 5 })).toEqual({ parts: { 0: state }, waiters: [waiter], more: false });
    const fast = { increment: 100_000, burst: 1 };
    const called = (now: number) => gates.take(gate, { job: idOf(2), turn, now, rate: fast, isCalled: true });
    expect(await called(noon)).toEqual({ outcome: "early", startsAt: noon + 3000, state });
    expect(await called(noon + 2000)).toMatchObject({ outcome: "taken", startsAt: noon + 3000 });
    expect(await stored("PART#000")).toMatchObject({ tat: (noon + 3100) * 1000, inc: 100_000, ...reserved });
    expect(await gates.mark(gate, { id: "mark", promised: "note", nextCall: noon }, { id: "mark" })).toBe(true);
  });

  test("may have marks on further parts, which mean nothing", async () => {
    await put("PART#001", { n: 0, waiting: "mark" });
    const part = { ...gate, part: 1 };
    expect(await gates.take(part, { job: idOf(1), turn, now: noon, slot: { lease, limit: 1 } })).toMatchObject({
      outcome: "taken",
    });
    expect(await gates.parts(gate)).toEqual({ 1: { holders: { [idOf(1)]: holder }, count: 1 } });
  });

  test("may have lost its mark and kept what stood beside the mark", async () => {
    await gates.mark(
      gate,
      { id: "a", nextCall: noon, promised: "note", lagSum: 5, lagCount: 1, isTooLong: true },
      undefined,
    );
    await dynamo.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: keyAt("PART#000"),
        UpdateExpression: "REMOVE waiting, gsi_pk, gsi_sk",
      }),
    );
    expect(await partNow()).toEqual({ holders: {}, count: 0 });
    expect(await slot(1)).toMatchObject({ outcome: "taken" });
    expect(await gates.mark(gate, { id: "b" }, undefined)).toBe(true);
    expect((await partNow())?.line).toEqual({ id: "b" });
  });
});

describe("the expiry in the table", () => {
  const day = 86_400;
  const now = Math.floor(Date.now() / 1000);
  const expiryAt = async (sort: string) => Number((await stored(sort))?.expires);

  test("of a waiter, a pump and a new mark is eight days ahead", async () => {
    const ms = now * 1000;
    await gates.stand(gate, { job: idOf(1), run: 1, attempt: 1, due_at: ms, order: ms, since: ms });
    const line = `WAIT#${String(ms).padStart(16, "0")}#${idOf(1)}`;
    expect((await expiryAt(line)) - now - 8 * day).toBeLessThan(60);
    await gates.mark(gate, { id: "a", nextCall: ms + 900_000 }, undefined);
    expect(await expiryAt("PART#000")).toBeGreaterThanOrEqual(now + 8 * day);
  });

  test("of a part is after what it holds, and a mark brings it no nearer", async () => {
    const slow = { increment: day * 1_000_000, burst: 100 };
    await slot(1, { now: now * 1000, rate: slow });
    const until = await expiryAt("PART#000");
    expect(until).toBeGreaterThan(now + 100 * day);
    await gates.mark(gate, { id: "a", nextCall: now * 1000 }, undefined);
    expect(await expiryAt("PART#000")).toBe(until);
    await slot(2, { now: now * 1000, isCalled: true });
    expect(await expiryAt("PART#000")).toBeGreaterThan(now + 16 * day - 60);
  });
});

test("a given slot is not taken after another job has filled the lowered limit", async () => {
  await slot(1, { slot: { lease, limit: 2, isGiven: true } });
  const client = new DynamoDBClient({ ...settings, endpoint: dynamo.endpoint });
  let updates = 0;
  client.middlewareStack.add((next, { commandName }) => async (args) => {
    // The first one guesses that there is no slot yet, and finds the one that was given.
    if (commandName === "UpdateItemCommand" && ++updates === 2) await slot(2, { slot: { lease, limit: 2 } });
    return next(args);
  });
  const taking = slot(1, { slot: { lease: lease + 5, limit: 1 } }, dynamoGates({ client, table }));
  expect(await taking).toMatchObject({ outcome: "full", state: { count: 2 } });
});

test("takers in many processes get distinct starts and do not fail on each other", async () => {
  const rate = { increment: 2000, burst: 1 };
  let sent = 0;
  const processes = Array.from({ length: 5 }, () => {
    const client = new DynamoDBClient({ ...settings, endpoint: dynamo.endpoint });
    client.middlewareStack.add((next) => async (args) => {
      sent++;
      return next(args);
    });
    return dynamoGates({ client, table });
  });
  const taken: Taken[] = [];
  const work = async (by: Gates, worker: number) => {
    for (let n = 0; n < 40; n++) {
      taken.push(
        await by.take(gate, { job: idOf(worker * 100 + n), turn, now: noon + n, rate, isCalled: true, lag: 1 }),
      );
    }
  };
  await Promise.all(processes.map(work));
  expect(taken.filter(({ outcome }) => outcome === "taken")).toHaveLength(200);
  expect((await partNow())?.tat).toBe((noon + 400) * 1000);
  expect(sent).toBeLessThan(240);
});
