import { expect, test } from "@jest/globals";
import { askOperations } from "../../../lambdas/reconciler/ask-operations.ts";
import { anOperation } from "../../support/an-operation.ts";
import { noon } from "../../support/builders.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const enter = { product: "my-product", slot: 0, at: noon };

async function world(more: Parameters<typeof anOperation>[0]) {
  const services = fakeServices();
  const operation = anOperation(more);
  await services.operations.create(operation);
  await services.operations.enter({ ...enter, id: operation.id });
  return { ...services, operation, round: () => askOperations(services) };
}

test("sends the message of a turn once nothing can be at work on it any more", async () => {
  const w = await world({ lease_until: noon + 60_000 });
  await w.clock.advance(60_000);
  expect(await w.round()).toBe(0);
  expect(w.turns.sent).toEqual([]);
  await w.clock.advance(20_000);
  await w.round();
  expect(w.turns.sent.map(({ message }) => message)).toEqual([{ v: 1, id: w.operation.id, turn: 4 }]);
});

test("leaves one alone that waits for a caller, but for its end", async () => {
  const w = await world({ paused: { at: noon } });
  await w.clock.advance(600_000);
  await w.round();
  expect(w.turns.sent).toEqual([]);
  await w.operations.replace({ ...w.operation, version: 2, stop: { at: noon } });
  await w.round();
  expect(w.turns.sent).toHaveLength(1);
});

test("frees the places of those that are over, and of those that were never stored, minutes later", async () => {
  const w = await world({ state: "done", ended_at: noon });
  await w.operations.enter({ ...enter, slot: 1, id: "op_lost" });
  await w.round();
  expect((await w.operations.open()).map(({ id }) => id)).toEqual(["op_lost"]);
  await w.clock.advance(301_000);
  await w.round();
  expect(await w.operations.open()).toEqual([]);
});

test("counts what it could not look after", async () => {
  const w = await world({});
  w.operations.get = () => Promise.reject(new Error("no"));
  expect(await w.round()).toBe(1);
  w.operations.open = () => Promise.reject(new Error("no"));
  expect(await w.round()).toBe(1);
});
