import { expect, test } from "@jest/globals";
import type { GateName, LineMark } from "../../../lambdas/core/limits/gate.ts";
import { noon } from "../builders.ts";
import { type FreshGate, idOf, perSecond, turn } from "./fresh-gate.ts";

/** The mark of a line, what its pump remembers, and how marked gates are found. */
export function describeMarks(current: () => FreshGate): void {
  const lineNow = async () => (await current().gates.firsts([current().gate]))[0]?.line;
  const mark = (next?: LineMark, seen?: LineMark) => current().gates.mark(current().gate, next, seen);
  const whole: LineMark = {
    id: "a",
    emptyAt: noon,
    nextCall: noon + 1000,
    promised: "note 1",
    lag: 1234.5,
    lagSum: 10,
    lagCount: 2,
    isTooLong: true,
  };

  test("a mark is written as a whole", async () => {
    expect(await lineNow()).toBeUndefined();
    expect(await mark(whole)).toBe(true);
    expect(await lineNow()).toEqual(whole);
    expect(await mark({ id: "a", promised: "note 2" }, whole)).toBe(true);
    expect(await lineNow()).toEqual({ id: "a", promised: "note 2" });
    expect(await mark(undefined, { id: "a", promised: "note 2" })).toBe(true);
    expect(await lineNow()).toBeUndefined();
  });

  test.each<[string, LineMark | undefined]>([
    ["none", undefined],
    ["another id", { ...whole, id: "b" }],
    ["another time of emptiness", { ...whole, emptyAt: noon + 1 }],
    ["another next call", { ...whole, nextCall: noon }],
    ["another note", { ...whole, promised: "note 0" }],
    ["no note", { id: "a", emptyAt: noon, nextCall: noon + 1000 }],
    ["no time of emptiness", { id: "a", nextCall: noon + 1000, promised: "note 1" }],
  ])("a mark stays if its writer has seen another one: %s", async (_, seen) => {
    await mark(whole);
    expect(await mark({ id: "c" }, seen)).toBe(false);
    expect(await mark(undefined, seen)).toBe(false);
    expect(await lineNow()).toEqual(whole);
  });

  test("a mark that was removed is not replaced by a writer that has seen it", async () => {
    expect(await mark({ id: "c" }, whole)).toBe(false);
    expect(await lineNow()).toBeUndefined();
  });

  test("lags that takers count do not hold up the writer of a mark", async () => {
    const { gates, gate } = current();
    await mark({ id: "a", promised: "note 1" });
    const called = { turn, now: noon, rate: perSecond, isCalled: true, lag: 250 };
    await gates.take(gate, { job: idOf(1), ...called });
    expect(await lineNow()).toEqual({ id: "a", promised: "note 1", lagSum: 250, lagCount: 1 });
    expect(await mark({ id: "a", promised: "note 2" }, { id: "a", promised: "note 1" })).toBe(true);
    expect(await lineNow()).toEqual({ id: "a", promised: "note 2" });
    expect((await gates.firsts([gate]))[0]).toMatchObject({ tat: (noon + 1000) * 1000 });
  });

  test("one of several simultaneous writers of a mark succeeds", async () => {
    const first = await Promise.all([1, 2, 3, 4].map((n) => mark({ id: `by ${n}` })));
    expect(first.filter(Boolean)).toHaveLength(1);
    const seen = await lineNow();
    const then = await Promise.all([1, 2, 3, 4].map((n) => mark({ id: "x", promised: `note ${n}` }, seen)));
    expect(then.filter(Boolean)).toHaveLength(1);
    expect((await lineNow())?.promised).toBe(`note ${then.indexOf(true) + 1}`);
  });

  test("a repeated write of a mark returns the same as the first", async () => {
    expect(await mark({ id: "a", promised: "note 1" })).toBe(true);
    expect(await mark({ id: "a", promised: "note 1" })).toBe(true);
    const then = { id: "a", promised: "note 2" };
    for (const _ of [1, 2]) expect(await mark(then, { id: "a", promised: "note 1" })).toBe(true);
    for (const _ of [1, 2]) expect(await mark(undefined, then)).toBe(true);
  });

  test("the state of a pump is kept for each gate", async () => {
    const { gates, gate } = current();
    expect(await gates.pump(gate)).toBeUndefined();
    const called = { [idOf(1)]: { at: noon }, [idOf(2)]: { at: noon + 5, bucket: 3 } };
    const pump = { called, lag: 0.1 + 0.2, period: 1000, lastTick: noon, asked: 1500, length: 7, countedAt: noon };
    await gates.keepPump(gate, pump);
    expect(await gates.pump(gate)).toEqual(pump);
    await gates.keepPump(gate, { called: {}, lag: 0, period: 1000 });
    expect(await gates.pump(gate)).toEqual({ called: {}, lag: 0, period: 1000 });
    expect(await gates.pump({ ...gate, key: `${gate.key}#` })).toBeUndefined();
    expect(await gates.look(gate, { limit: 10 })).toEqual({ parts: {}, waiters: [], more: false });
  });

  test("gates with a mark are found by limit and key, page by page", async () => {
    const { gates, gate } = current();
    const here = { product: "shop", env: gate.env };
    const names = [
      ["inbox", "z"],
      ["mailbox", ""],
      ["mailbox", "a#b"],
      ["mailbox", "\uffff"],
      ["mailbox", "😀"],
    ].map(([limit = "", key = ""]): GateName => ({ ...here, limit, key }));
    for (const name of [...names].reverse()) await gates.mark(name, { id: "a" }, undefined);
    await gates.take({ ...here, limit: "idle", key: "", part: 0 }, { job: idOf(1), turn, now: noon, rate: perSecond });
    expect(await gates.withLine(here, { limit: 10 })).toEqual(names);
    expect(await gates.withLine(here, { limit: 2 })).toEqual(names.slice(0, 2));
    for (const [i, after] of names.entries())
      expect(await gates.withLine(here, { limit: 10, after })).toEqual(names.slice(i + 1));
    await gates.mark(names[2] as GateName, { id: "a", emptyAt: noon }, { id: "a" });
    expect(await gates.withLine(here, { limit: 10 })).toEqual(names);
    await gates.mark(names[2] as GateName, undefined, { id: "a", emptyAt: noon });
    expect(await gates.withLine(here, { limit: 10 })).toEqual(names.filter((_, i) => i !== 2));
    expect(await gates.withLine({ ...here, product: "other" }, { limit: 10 })).toEqual([]);
  });
}
