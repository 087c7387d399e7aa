import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type SignalAddress, signalKeptMs, type Waiter } from "../../../lambdas/core/job/signal.ts";
import type { Signals } from "../../../lambdas/core/ports/signals.ts";
import { aMessage, noon } from "../builders.ts";

export interface SignalsUnderTest {
  signals: Signals;
  /** The same with `fewMessages`. */
  limited: Signals;
  stop?: () => Promise<void>;
}

/** Limits that a test reaches soon. */
export const fewMessages = { messages: 8, bytes: 10_000, page: 3 };

let addresses = 0;
const anAddress = (more: Partial<SignalAddress> = {}): SignalAddress => {
  addresses += 1;
  return { product: "shop", env: "dev", signal: "paid", to: { key: `order ${addresses}` }, ...more };
};
const aWaiter = (step = "main.money"): Waiter => ({ message: aMessage(), step, until: noon + 60_000 });
const any = () => true;

/** What every store of signals does, in memory and on DynamoDB alike. */
export function describeSignals(name: string, make: () => Promise<SignalsUnderTest>): void {
  describe(`${name} as Signals`, () => {
    let signals: Signals;
    let limited: Signals;
    let stop: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      ({ signals, limited, stop } = await make());
    });
    afterAll(() => stop?.());

    test("has no message and no waiter at an address that nobody used", async () => {
      const address = anAddress();
      expect(await signals.first(address, 0, any)).toBeUndefined();
      expect(await signals.waiters(address, 10)).toEqual([]);
    });

    test.each([
      ["none", undefined],
      ["null", null],
      ["numbers", { amount: 42.5, large: 1e300, tiny: 5e-324 }],
      ["an emoji 🧾, \uffff and half a character", ["\ud800", "🧾\uffff"]],
      ["200 KB", "x".repeat(200_000)],
    ])("keeps a payload: %s", async (_, payload) => {
      const address = anAddress();
      const signal = { id: "s-1", at: noon, ...(payload !== undefined && { payload }) };
      await signals.put(address, signal, noon + 1000);
      expect(await signals.first(address, noon, any)).toEqual(signal);
    });

    test("gives the first message that is wanted, by time and id, of those since a time", async () => {
      const address = anAddress();
      const at = [noon + 5, noon - 1, noon + 1, noon + 1, noon];
      for (const [i, time] of at.entries()) await signals.put(address, { id: `s-${9 - i}`, at: time }, noon + 1000);
      const order: string[] = [];
      const next = () => signals.first(address, noon, ({ id }) => !order.includes(id));
      for (let found = await next(); found; found = await next()) order.push(found.id);
      expect(order).toEqual(["s-5", "s-6", "s-7", "s-9"]);
    });

    test("gives the latest messages, the last one first", async () => {
      const address = anAddress();
      const at = [noon + 1, noon + 3, noon + 2, noon + 2];
      for (const [i, time] of at.entries()) await signals.put(address, { id: `s-${i}`, at: time }, noon + 1000);
      await signals.listen(address, aWaiter());
      expect((await signals.latest(address, 3)).map(({ id }) => id)).toEqual(["s-1", "s-3", "s-2"]);
      expect(await signals.latest(address, 10)).toHaveLength(4);
      expect(await signals.latest(anAddress(), 10)).toEqual([]);
    });

    test("keeps a message that is put twice once", async () => {
      const address = anAddress();
      for (let i = 0; i < 2; i++) await signals.put(address, { id: "s-1", at: noon }, noon + 1000);
      const seen: string[] = [];
      await signals.first(address, 0, ({ id }) => seen.push(id) < 0);
      expect(seen).toEqual(["s-1"]);
    });

    test("has one decision, which is the first, whenever it was made", async () => {
      const address = anAddress();
      const [first, second] = [
        { id: "d-1", at: noon, payload: { choice: "yes" } },
        { id: "d-2", at: noon - 1 },
      ];
      expect(await signals.decide(address, first, noon + 1000)).toEqual(first);
      expect(await signals.decide(address, second, noon + 1000)).toEqual(first);
      expect(await signals.decide(address, first, noon + 1000)).toEqual(first);
      expect(await signals.first(address, noon + 5000, any)).toEqual(first);
    });

    test("has exactly one decision of many at once", async () => {
      const address = anAddress();
      const all = Array.from({ length: 8 }, (_, i) => ({ id: `d-${i}`, at: noon + i }));
      const there = await Promise.all(all.map((one) => signals.decide(address, one, noon + 1000)));
      expect(new Set(there.map(({ id }) => id)).size).toBe(1);
    });

    test("finds a message behind a megabyte of others", async () => {
      const address = anAddress();
      const payload = "x".repeat(250_000);
      for (let i = 0; i < 6; i++) await signals.put(address, { id: `s-${i}`, at: noon + i, payload }, noon + 1000);
      expect((await signals.first(address, 0, ({ id }) => id === "s-5"))?.at).toBe(noon + 5);
    });

    describe("at an address that is full", () => {
      const keptAt = async (address: SignalAddress) =>
        (await limited.latest(address, 50)).map(({ id }) => id).reverse();
      const fill = async (address: SignalAddress) => {
        for (let i = 0; i < fewMessages.messages; i++)
          expect(await limited.put(address, { id: `s-${i}`, at: noon + i }, noon + 1000)).toEqual({ is: "kept" });
      };
      // Counted from the first message of which the address had a page of others.
      const until = noon + fewMessages.page + signalKeptMs;

      test("keeps no other message, and all that it has", async () => {
        const address = anAddress();
        await fill(address);
        const before = await keptAt(address);
        expect(before).toHaveLength(fewMessages.messages);
        const late = noon + 100;
        expect(await limited.put(address, { id: "late", at: late }, late + 1000)).toEqual({ is: "full", until });
        expect(await keptAt(address)).toEqual(before);
        expect(await limited.fullUntil(address, late)).toBe(until);
        const other = anAddress();
        expect(await limited.fullUntil(other, late)).toBeUndefined();
        expect(await limited.put(other, { id: "s-1", at: late }, late + 1000)).toEqual({ is: "kept" });
      });

      test("finds a message that it has by its id", async () => {
        const address = anAddress();
        await fill(address);
        expect(await limited.find(address, "s-7")).toEqual({ id: "s-7", at: noon + 7 });
        expect(await limited.find(address, "s-8")).toBeUndefined();
      });

      test("keeps others once its count is over", async () => {
        const address = anAddress();
        await fill(address);
        expect(await limited.fullUntil(address, until)).toBeUndefined();
        expect(await limited.put(address, { id: "later", at: until }, until + 1000)).toEqual({ is: "kept" });
        expect(await limited.put(address, { id: "next", at: until + 1 }, until + 1000)).toEqual({ is: "kept" });
      });

      test("keeps not one too many of senders at once", async () => {
        const address = anAddress();
        for (let i = 0; i < fewMessages.page; i++) await limited.put(address, { id: `f-${i}`, at: noon }, noon + 1000);
        const put = await Promise.all(
          Array.from({ length: 9 }, (_, i) => limited.put(address, { id: `s-${i}`, at: noon + 1 }, noon + 1000)),
        );
        expect(put.filter(({ is }) => is === "kept")).toHaveLength(fewMessages.messages - fewMessages.page);
        expect(await keptAt(address)).toHaveLength(fewMessages.messages);
      });

      test("is full of large payloads too", async () => {
        const address = anAddress();
        const payload = "x".repeat(fewMessages.bytes);
        for (let i = 0; i <= fewMessages.page; i++)
          expect(await limited.put(address, { id: `s-${i}`, at: noon + i, payload }, noon + 1000)).toEqual({
            is: "kept",
          });
        expect(await limited.put(address, { id: "late", at: noon + 9 }, noon + 1000)).toEqual({ is: "full", until });
      });

      test("still has its decision, and who waits", async () => {
        const address = anAddress();
        await fill(address);
        await limited.listen(address, aWaiter());
        expect(await limited.waiters(address, 10)).toHaveLength(1);
        const decision = { id: "d-1", at: noon + 500 };
        expect(await limited.decide(address, decision, noon + 1000)).toEqual(decision);
      });
    });

    test("knows who waits, and no more of them than asked for", async () => {
      const address = anAddress();
      const [first, second] = [aWaiter("main.one"), aWaiter("main.two")];
      for (const waiter of [first, second]) await signals.listen(address, waiter);
      expect(await signals.waiters(address, 10)).toEqual(expect.arrayContaining([first, second]));
      const [one] = await signals.waiters(address, 1);
      const others = await signals.waiters(address, 10, one);
      expect([one, ...others]).toEqual(expect.arrayContaining([first, second]));
      expect(others).toHaveLength(1);
      expect(await signals.waiters(address, 10, others[0])).toEqual([]);
      await signals.leave(address, first);
      await signals.leave(address, first);
      expect(await signals.waiters(address, 10)).toEqual([second]);
    });

    test("has one waiter for each step, with what was noted last", async () => {
      const address = anAddress();
      const waiter = aWaiter();
      await signals.listen(address, waiter);
      const again = { ...waiter, message: { ...waiter.message, attempt: 2 }, until: noon + 90_000 };
      await signals.listen(address, again);
      expect(await signals.waiters(address, 10)).toEqual([again]);
    });

    test("keeps addresses apart", async () => {
      const key = `job_${"0".repeat(32)}`;
      const address = anAddress({ to: { key } });
      await signals.put(address, { id: "s-1", at: noon }, noon + 1000);
      await signals.listen(address, aWaiter());
      for (const other of [
        { ...address, product: "shop2" },
        { ...address, env: "prd" },
        { ...address, signal: "paid2" },
        { ...address, to: { job_id: key } },
        { ...address, to: { key: `${key}#` } },
        { ...address, to: { key: `RUN#${key}` } },
      ]) {
        expect(await signals.first(other, 0, any)).toBeUndefined();
        expect(await signals.waiters(other, 10)).toEqual([]);
      }
    });

    test("takes any key of 256 characters", async () => {
      const address = anAddress({ to: { key: "🧾".repeat(128) } });
      await signals.put(address, { id: "🧾".repeat(64), at: noon }, noon + 1000);
      expect(await signals.first(address, 0, any)).toEqual({ id: "🧾".repeat(64), at: noon });
    });
  });
}
