import { expect, test } from "@jest/globals";
import type { Ask, GateItem, Taken } from "../../../lambdas/core/limits/gate.ts";
import { noon } from "../builders.ts";
import { type FreshGate, idOf, lease, turn } from "./fresh-gate.ts";

/** The slots of a gate. */
export function describeSlots(current: () => FreshGate): void {
  const slot = (job: number, limit: number, more: Partial<Ask> = {}): Promise<Taken> =>
    current().gates.take(current().gate, { job: idOf(job), turn, now: noon, slot: { lease, limit }, ...more });
  const release = (job: number, of = turn, at?: number) => current().gates.release(current().gate, idOf(job), of, at);
  const partNow = async () => (await current().gates.firsts([current().gate]))[0];
  const given = { isGiven: true as const, lease: lease + 5, limit: 1 };
  const mark = { id: "somebody" };

  test("a limit gives as many slots as it has", async () => {
    expect(await slot(1, 2)).toEqual({ outcome: "taken", startsAt: noon, again: false });
    expect(await slot(2, 2)).toMatchObject({ outcome: "taken" });
    const held = { lease, turn };
    const state = { holders: { [idOf(1)]: held, [idOf(2)]: held }, count: 2 };
    expect(await slot(3, 2)).toEqual({ outcome: "full", state });
    expect(await partNow()).toEqual(state);
  });

  test("a job that holds a slot gets that one again", async () => {
    await slot(1, 1);
    const later = { slot: { lease: lease + 5, limit: 1 }, turn: "1.1.0.1" };
    expect(await slot(1, 1, later)).toMatchObject({ outcome: "taken", again: true });
    expect(await slot(1, 1, later)).toMatchObject({ outcome: "taken" });
    expect(await partNow()).toMatchObject({ count: 1, holders: { [idOf(1)]: { lease: lease + 5, turn: "1.1.0.1" } } });
  });

  test("a slot that a later turn of the job holds stays that turn's", async () => {
    for (const [held, asking] of [
      ["1.1.0.1", "1.1.0.0"],
      ["1.1.10.0", "1.1.9.3"],
      ["1.2.0.0", "1.1.1.0"],
      ["2.1.0.0", "1.12.0.0"],
    ] as const) {
      await slot(1, 2, { turn: held });
      const of = (ms: number) => ({ turn: asking, slot: { lease: lease + ms, limit: 2 } });
      expect(await slot(1, 2, of(-5))).toMatchObject({ again: true, shared: true });
      expect((await partNow())?.holders[idOf(1)]).toEqual({ lease: lease + 1, turn: held });
      expect(await slot(1, 2, of(5))).toMatchObject({ again: true, shared: true });
      expect((await partNow())?.holders[idOf(1)]).toEqual({ lease: lease + 5, turn: held });
      expect(await release(1, held)).toBeDefined();
    }
  });

  test("a given slot belongs to the consumer that takes it first, and others share it", async () => {
    const of = (ms: number, more: object = {}) => ({ slot: { lease: lease + ms, limit: 1, ...more } });
    await slot(1, 1, of(0, { isGiven: true }));
    expect(await slot(1, 1, of(1))).toEqual({ outcome: "taken", startsAt: noon, again: true });
    expect(await slot(1, 1, of(2, { from: lease + 1 }))).not.toHaveProperty("shared");
    expect(await slot(1, 1, of(3))).toMatchObject({ again: true, shared: true });
    expect(await slot(1, 1, of(4, { from: lease + 2 }))).toMatchObject({ shared: true });
    expect(await slot(1, 1, { ...of(60_000), now: lease + 5 })).not.toHaveProperty("shared");
  });

  test("one of two simultaneous takers of a slot learns that it shares the slot", async () => {
    await slot(1, 1, { slot: given });
    const taken = await Promise.all([10, 20].map((ms) => slot(1, 1, { slot: { lease: lease + ms, limit: 1 } })));
    expect(taken.filter((one) => "shared" in one)).toHaveLength(1);
    expect(await partNow()).toMatchObject({ count: 1 });
  });

  test("a slot that a consumer has taken is not given again", async () => {
    await slot(1, 1);
    expect(await slot(1, 1, { slot: given })).toMatchObject({ outcome: "taken" });
    expect((await partNow())?.holders[idOf(1)]).toEqual({ lease, turn });
    await slot(1, 1, { slot: { ...given, from: lease } });
    expect((await partNow())?.holders[idOf(1)]).toEqual({ lease: lease + 5, turn, given: true });
  });

  test("a slot is freed once, by the turn that holds it", async () => {
    await slot(1, 2);
    await slot(2, 2);
    expect(await release(1, "1.2.0.0")).toBeUndefined();
    expect(await release(1, turn, noon - 1)).toBeUndefined();
    expect(await release(1)).toEqual({ holders: { [idOf(2)]: { lease, turn } }, count: 1 });
    expect(await release(1)).toBeUndefined();
    expect(await release(2, turn, lease)).toEqual({ holders: {}, count: 0 });
    expect(await slot(3, 1)).toMatchObject({ outcome: "taken" });
  });

  test("a slot whose lease is over goes to the next job", async () => {
    await slot(1, 1);
    expect(await slot(2, 1, { now: lease })).toMatchObject({ outcome: "full" });
    const after = { now: lease + 1, slot: { lease: lease + 60_000, limit: 1 } };
    expect(await slot(2, 1, after)).toMatchObject({ outcome: "taken" });
    expect(Object.keys((await partNow())?.holders ?? {})).toEqual([idOf(2)]);
  });

  test("a lowered limit drains: the slot of an ended lease goes to no job", async () => {
    for (const job of [1, 2, 3]) await slot(job, 3);
    expect(await slot(4, 1)).toMatchObject({ outcome: "full" });
    const after = { now: lease + 1, slot: { lease: lease + 60_000, limit: 1 } };
    expect(await slot(4, 1, after)).toMatchObject({ outcome: "taken" });
    expect(await partNow()).toMatchObject({ count: 1 });
  });

  test("a slot that was given before the limit was lowered waits for room", async () => {
    await slot(1, 2);
    await slot(2, 2, { slot: { ...given, limit: 2 } });
    expect(await slot(2, 1)).toMatchObject({ outcome: "full" });
    expect(await slot(1, 1, { turn: "1.1.0.1" })).toMatchObject({ outcome: "taken", again: true });
    await release(1, "1.1.0.1");
    expect(await slot(2, 1)).toEqual({ outcome: "taken", startsAt: noon, again: true });
    expect((await partNow())?.holders[idOf(2)]).toEqual({ lease, turn });
  });

  test("a raised limit has room at once, and a limit of 0 has none", async () => {
    await slot(1, 1);
    expect(await slot(2, 1)).toMatchObject({ outcome: "full" });
    expect(await slot(2, 2)).toMatchObject({ outcome: "taken" });
    await Promise.all([release(1), release(2)]);
    expect(await slot(3, 0)).toEqual({ outcome: "full", state: { holders: {}, count: 0 } });
  });

  test("simultaneous jobs take no more slots than there are", async () => {
    const taken = await Promise.all(Array.from({ length: 12 }, (_, job) => slot(job, 5)));
    expect(taken.filter(({ outcome }) => outcome === "taken")).toHaveLength(5);
    expect(await partNow()).toMatchObject({ count: 5 });
  });

  test("a slot without a job is dropped, unless it was renewed meanwhile", async () => {
    await slot(1, 1);
    await current().gates.drop(current().gate, idOf(1), { lease: lease - 1 });
    expect(await partNow()).toMatchObject({ count: 1 });
    await current().gates.drop(current().gate, idOf(1), { lease });
    expect(await partNow()).toEqual({ holders: {}, count: 0 });
  });

  test("a newcomer goes behind a line, and a called job or a holder does not", async () => {
    const { gates, gate } = current();
    await slot(1, 4);
    await gates.mark(gate, mark, undefined);
    const state = { holders: { [idOf(1)]: { lease, turn } }, count: 1, line: mark };
    expect(await slot(2, 4)).toEqual({ outcome: "line", state });
    expect(await slot(1, 4, { turn: "1.1.0.1" })).toMatchObject({ outcome: "taken", again: true });
    expect(await slot(2, 4, { isCalled: true })).toMatchObject({ outcome: "taken" });
    expect(await slot(3, 4, { slot: { ...given, limit: 4 } })).toMatchObject({ outcome: "taken" });
    expect(await release(1, "1.1.0.1")).toMatchObject({ count: 2, line: mark });
    expect(
      await gates.take({ ...gate, part: 1 }, { job: idOf(5), turn, now: noon, slot: { lease, limit: 1 } }),
    ).toEqual({
      outcome: "taken",
      startsAt: noon,
      again: false,
    });
  });

  test("an ended lease frees its slot for a called job", async () => {
    const { gates, gate } = current();
    await slot(1, 1);
    await gates.mark(gate, mark, undefined);
    const after = { now: lease + 1, slot: { lease: lease + 60_000, limit: 1 } };
    expect(await slot(2, 1, after)).toMatchObject({ outcome: "line" });
    expect(await slot(2, 1, { ...after, isCalled: true })).toMatchObject({ outcome: "taken" });
  });

  test("the parts of a gate are read together, up to the highest that had a slot", async () => {
    const { gates, gate } = current();
    const seeing = { lease, limit: 1, seesParts: true as const };
    await gates.notePeak(gate, 0);
    for (const part of [0, 11, 83])
      await gates.take({ ...gate, part }, { job: idOf(part), turn, now: noon, slot: seeing });
    for (const peak of [11, 83, 12]) await gates.notePeak(gate, peak);
    const parts = await gates.parts(gate);
    expect(Object.keys(parts)).toEqual(["0", "11", "83"]);
    expect(parts[0]).toMatchObject({ count: 1, peak: 83 });
    expect(parts[83]).toEqual({ count: 1, holders: { [idOf(83)]: { lease, turn } } });
    expect(await gates.look(gate, { limit: 1 })).toEqual({ parts, waiters: [], more: false });
    const absent = { ...gate, key: "nobody's" };
    expect(await gates.parts(absent)).toEqual({});
    expect(await gates.firsts([absent, gate, absent])).toEqual([
      { holders: {}, count: 0 },
      parts[0],
      { holders: {}, count: 0 },
    ]);
    expect(await gates.firsts([])).toEqual([]);
  });

  test("the first parts of a hundred gates are read in their order", async () => {
    const { gates, gate } = current();
    const many = Array.from({ length: 100 }, (_, i): GateItem => ({ ...gate, key: `k${i}` }));
    for (const i of [3, 98])
      await gates.take(many[i] as GateItem, { job: idOf(i), turn, now: noon, slot: { lease, limit: 1 } });
    expect((await gates.firsts(many)).flatMap(({ count }, i) => (count > 0 ? [i] : []))).toEqual([3, 98]);
  });

  test("a taker that does not see a gate's further parts gets no new slot", async () => {
    const { gates, gate } = current();
    await slot(1, 2);
    await gates.notePeak(gate, 1);
    const state = { holders: { [idOf(1)]: { lease, turn } }, count: 1, peak: 1 };
    expect(await slot(2, 2)).toEqual({ outcome: "full", state });
    expect(await slot(2, 2, { slot: { ...given, limit: 2 } })).toMatchObject({ outcome: "full" });
    expect(await slot(1, 2, { turn: "1.1.0.1" })).toMatchObject({ outcome: "taken", again: true });
    const seeing = { lease, limit: 2, seesParts: true as const };
    expect(await slot(2, 2, { slot: seeing })).toMatchObject({ outcome: "taken" });
    const after = { now: lease + 1, slot: { lease: lease + 60_000, limit: 2 } };
    expect(await slot(3, 2, after)).toMatchObject({ outcome: "full" });
    expect(await slot(3, 2, { ...after, slot: { ...after.slot, seesParts: true } })).toMatchObject({
      outcome: "taken",
    });
  });
}
