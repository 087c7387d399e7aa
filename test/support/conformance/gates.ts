import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Ask, GatePart, Taken } from "../../../lambdas/core/flow/gate.ts";
import { horizonMs } from "../../../lambdas/core/flow/gcra.ts";
import type { Gates, Waiter } from "../../../lambdas/core/ports/gates.ts";
import { noon } from "../builders.ts";

export interface GatesUnderTest {
  gates: Gates;
  stop?: () => Promise<void>;
}

const idOf = (number: number): string => `job_${number.toString(16).padStart(32, "0")}`;
const turn = "1.1.0.0";
const lease = noon + 60_000;
const perSecond = { increment: 1_000_000, burst: 1 };

/** Slots, reservations and waiting lists, in memory and on DynamoDB alike. */
export function describeGates(name: string, make: () => Promise<GatesUnderTest>): void {
  describe(`${name} as Gates`, () => {
    let made: GatesUnderTest;
    let fresh = 0;
    let gate: GatePart;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    beforeEach(() => {
      gate = { product: "shop", env: "dev", limit: "mailbox", key: `a#${++fresh}@example.com`, part: 0 };
    });

    const slot = (job: number, limit: number, more: Partial<Ask> = {}): Promise<Taken> =>
      made.gates.take(gate, { job: idOf(job), turn, now: noon, slot: { lease, limit }, ...more });
    const start = (job: number, now = noon, rate = perSecond, of = turn): Promise<Taken> =>
      made.gates.take(gate, { job: idOf(job), turn: of, now, rate });
    const partNow = async () => (await made.gates.look(gate, { limit: 1 })).parts[0];
    const aWaiter = (job: number, order: number): Waiter => ({
      job: idOf(job),
      run: 1,
      attempt: 1,
      due_at: order,
      order,
      since: noon,
    });

    test("gives as many slots as there are, and refuses further jobs", async () => {
      expect(await slot(1, 2)).toEqual({ outcome: "taken", startsAt: noon, again: false });
      expect(await slot(2, 2)).toMatchObject({ outcome: "taken" });
      expect(await slot(3, 2)).toEqual({ outcome: "full" });
      expect(await partNow()).toMatchObject({ count: 2 });
    });

    test("a job that holds a slot gets it again, and no second one", async () => {
      await slot(1, 1);
      const later = { slot: { lease: lease + 5, limit: 1 }, turn: "1.1.0.1" };
      expect(await slot(1, 1, later)).toMatchObject({ outcome: "taken", again: true });
      expect(await partNow()).toMatchObject({
        count: 1,
        holders: { [idOf(1)]: { lease: lease + 5, turn: "1.1.0.1" } },
      });
    });

    test("a slot that a later turn of the job holds stays its own, and lasts as long, whoever takes it too", async () => {
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
        expect(await made.gates.release(gate, idOf(1), held)).toBeDefined();
      }
    });

    test("a slot that was given is that of the consumer that takes it first, and others share it", async () => {
      const of = (ms: number, more: object = {}) => ({ slot: { lease: lease + ms, limit: 1, ...more } });
      await slot(1, 1, of(0, { isGiven: true }));
      expect(await slot(1, 1, of(1))).toEqual({ outcome: "taken", startsAt: noon, again: true });
      expect(await slot(1, 1, of(2, { from: lease + 1 }))).not.toHaveProperty("shared");
      expect(await slot(1, 1, of(3))).toMatchObject({ again: true, shared: true });
      expect(await slot(1, 1, of(4, { from: lease + 2 }))).toMatchObject({ shared: true });
      expect(await slot(1, 1, { ...of(60_000), now: lease + 5 })).not.toHaveProperty("shared");
    });

    test("a slot that a consumer has taken is given to nobody, and is kept longer only by itself", async () => {
      const given = { isGiven: true as const, lease: lease + 5, limit: 1 };
      await slot(1, 1);
      expect(await slot(1, 1, { slot: given })).toMatchObject({ outcome: "taken" });
      expect((await partNow())?.holders[idOf(1)]).toEqual({ lease, turn });
      await slot(1, 1, { slot: { ...given, from: lease } });
      expect((await partNow())?.holders[idOf(1)]).toEqual({ lease: lease + 5, turn, given: true });
    });

    test("a slot is freed by the turn that holds it, once, and by no other", async () => {
      await slot(1, 1);
      expect(await made.gates.release(gate, idOf(1), "1.2.0.0")).toBeUndefined();
      expect(await made.gates.release(gate, idOf(1), turn, noon - 1)).toBeUndefined();
      expect(await made.gates.release(gate, idOf(1), turn)).toEqual({ waiting: false });
      expect(await made.gates.release(gate, idOf(1), turn)).toBeUndefined();
      expect(await slot(2, 1)).toMatchObject({ outcome: "taken" });
    });

    test("a slot whose lease is over goes to the next job", async () => {
      await slot(1, 1);
      expect(await slot(2, 1, { now: lease })).toEqual({ outcome: "full" });
      const after = { now: lease + 1, slot: { lease: lease + 60_000, limit: 1 } };
      expect(await slot(2, 1, after)).toMatchObject({ outcome: "taken" });
      expect(Object.keys((await partNow())?.holders ?? {})).toEqual([idOf(2)]);
    });

    test("a limit that was lowered drains: a lease that is over goes to nobody", async () => {
      for (const job of [1, 2, 3]) await slot(job, 3);
      expect(await slot(4, 1)).toEqual({ outcome: "full" });
      const after = { now: lease + 1, slot: { lease: lease + 60_000, limit: 1 } };
      expect(await slot(4, 1, after)).toMatchObject({ outcome: "taken" });
      expect(await partNow()).toMatchObject({ count: 1 });
    });

    test("no more slots are held than there are, however many jobs ask at once", async () => {
      const taken = await Promise.all(Array.from({ length: 12 }, (_, job) => slot(job, 5)));
      expect(taken.filter(({ outcome }) => outcome === "taken")).toHaveLength(5);
      expect(await partNow()).toMatchObject({ count: 5 });
    });

    test("a slot that belongs to nobody any more is dropped, unless it was renewed meanwhile", async () => {
      await slot(1, 1);
      await made.gates.drop(gate, idOf(1), { lease: lease - 1 });
      expect(await partNow()).toMatchObject({ count: 1 });
      await made.gates.drop(gate, idOf(1), { lease });
      expect(await partNow()).toMatchObject({ count: 0, holders: {} });
    });

    test("starts are reserved one after the other, each with its exact time", async () => {
      const starts = [await start(1), await start(2), await start(3)];
      expect(starts).toEqual([0, 1, 2].map((s) => ({ outcome: "taken", startsAt: noon + s * 1000, again: false })));
      expect(await start(4, noon + 10_000)).toMatchObject({ startsAt: noon + 10_000 });
    });

    test("a burst starts at once, and is earned again by waiting", async () => {
      const rate = { ...perSecond, burst: 3 };
      const starts = [];
      for (const job of [1, 2, 3, 4]) starts.push(await start(job, noon, rate));
      expect(starts.map((one) => "startsAt" in one && one.startsAt - noon)).toEqual([0, 0, 0, 1000]);
    });

    test("reservations that are made at once share no start", async () => {
      const starts = await Promise.all(Array.from({ length: 10 }, (_, job) => start(job)));
      const times = starts.map((one) => ("startsAt" in one ? one.startsAt - noon : -1)).sort((a, b) => a - b);
      expect(times).toEqual(Array.from({ length: 10 }, (_, i) => i * 1000));
    });

    test("a consumer that died after reserving finds its start again; another turn reserves anew", async () => {
      await start(1);
      expect(await start(2)).toMatchObject({ startsAt: noon + 1000 });
      expect(await start(2, noon + 500)).toMatchObject({ startsAt: noon + 1000 });
      expect(await start(2, noon + 500, perSecond, "1.2.0.0")).toMatchObject({ startsAt: noon + 2000 });
    });

    test("a reservation that is long past is no start any more", async () => {
      await start(1);
      expect(await start(1, noon + 60_000)).toMatchObject({ startsAt: noon + 60_000 });
    });

    test("a start beyond the horizon is refused, and takes neither slot nor reservation", async () => {
      const slow = { increment: (horizonMs + 1) * 1000, burst: 1 };
      await start(1, noon, slow);
      const ask = { now: noon, rate: slow, slot: { lease, limit: 1 } };
      expect(await slot(2, 1, ask)).toEqual({ outcome: "beyond" });
      expect(await partNow()).toMatchObject({ count: 0 });
    });

    test("slot and reservation are taken together or not at all", async () => {
      const ask = { rate: perSecond };
      expect(await slot(1, 1, ask)).toMatchObject({ startsAt: noon });
      expect(await slot(2, 1, ask)).toEqual({ outcome: "full" });
      await made.gates.release(gate, idOf(1), turn);
      expect(await slot(3, 1, ask)).toMatchObject({ startsAt: noon + 1000 });
    });

    test("while jobs wait, newcomers stand in line and a free slot goes to whom it is given", async () => {
      await slot(1, 1);
      await made.gates.lineUp(gate, aWaiter(2, noon), 1);
      expect(await made.gates.release(gate, idOf(1), turn)).toEqual({ waiting: true });
      expect(await slot(3, 1)).toEqual({ outcome: "full" });
      expect(await slot(2, 1, { slot: { lease, limit: 1, isGiven: true } })).toMatchObject({ outcome: "taken" });
    });

    test("a waiting list is read in its order, page by page, and left", async () => {
      await made.gates.lineUp(gate, aWaiter(3, noon + 1), 1);
      await made.gates.lineUp(gate, aWaiter(2, noon), 1);
      await made.gates.lineUp(gate, aWaiter(1, noon), 1);
      await made.gates.lineUp(gate, aWaiter(1, noon), 1);
      const first = await made.gates.look(gate, { limit: 2 });
      expect(first).toMatchObject({ waiters: [aWaiter(1, noon), aWaiter(2, noon)], more: true });
      const last = first.waiters.at(-1) as Waiter;
      expect(await made.gates.look(gate, { limit: 2, after: last })).toMatchObject({
        waiters: [aWaiter(3, noon + 1)],
        more: false,
      });
      expect(await made.gates.waiter(gate, aWaiter(2, noon))).toEqual(aWaiter(2, noon));
      await made.gates.leave(gate, aWaiter(2, noon));
      await made.gates.leave(gate, aWaiter(2, noon));
      expect(await made.gates.waiter(gate, aWaiter(2, noon))).toBeUndefined();
    });

    test("gates with a waiting list are found, until the list was seen to be empty", async () => {
      const here = { product: "shop", env: `e${fresh}` };
      const [one, two] = ["a", "b"].map((key): GatePart => ({ ...here, limit: "mailbox", key, part: 0 }));
      if (!one || !two) throw new Error("two gates");
      const names = (of: GatePart[]) => of.map(({ part: _, ...gate }) => gate);
      await made.gates.lineUp(two, aWaiter(1, noon), 2);
      await made.gates.lineUp(one, aWaiter(1, noon), 1);
      expect(await made.gates.crowded(here, { limit: 10 })).toEqual(names([one, two]));
      expect(await made.gates.crowded(here, { limit: 10, after: one })).toEqual(names([two]));
      const seen = (await made.gates.look(one, { limit: 1 })).parts[0]?.waiting ?? "";
      await made.gates.lineUp(one, aWaiter(2, noon), 1);
      await made.gates.unmark(one, seen);
      expect(await made.gates.crowded(here, { limit: 1 })).toEqual(names([one]));
      await made.gates.unmark(one, (await made.gates.look(one, { limit: 1 })).parts[0]?.waiting ?? "");
      expect(await made.gates.crowded(here, { limit: 10 })).toEqual(names([two]));
      expect(await made.gates.crowded({ ...here, product: "other" }, { limit: 10 })).toEqual([]);
    });

    test("pins are kept by limit, also under the names of the table's own attributes", async () => {
      const here = { product: "shop", env: `e${fresh}` };
      const pin = { concurrency: 3, until: noon, pinned_at: noon - 1, reason: "the provider asked for it" };
      await made.gates.pin({ ...here, limit: "PK" }, pin);
      await made.gates.pin({ ...here, limit: "mailbox" }, { ...pin, concurrency: 4 });
      expect(await made.gates.pins(here)).toEqual({ PK: pin, mailbox: { ...pin, concurrency: 4 } });
      await made.gates.unpin({ ...here, limit: "PK" });
      await made.gates.unpin({ ...here, limit: "absent" });
      expect(await made.gates.pins(here, { fresh: true })).toEqual({ mailbox: { ...pin, concurrency: 4 } });
    });
  });
}
