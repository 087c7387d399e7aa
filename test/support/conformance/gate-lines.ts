import { expect, test } from "@jest/globals";
import type { Waiter } from "../../../lambdas/core/ports/gates.ts";
import { noon } from "../builders.ts";
import { type FreshGate, idOf, turn } from "./fresh-gate.ts";

const aWaiter = (job: number, order: number, more: Partial<Waiter> = {}): Waiter => ({
  job: idOf(job),
  run: 1,
  attempt: 1,
  due_at: order,
  order,
  since: noon,
  ...more,
});

/** The line of a gate. */
export function describeLines(current: () => FreshGate): void {
  test("a line is read in order, page by page", async () => {
    const { gates, gate } = current();
    const [one, two, three] = [aWaiter(1, noon), aWaiter(2, noon), aWaiter(3, noon + 1)] as const;
    for (const waiter of [three, two, one, one]) await gates.stand(gate, waiter);
    expect(await gates.line(gate, { limit: 2 })).toEqual({ waiters: [one, two], more: true });
    expect(await gates.line(gate, { limit: 3 })).toEqual({ waiters: [one, two, three], more: false });
    expect(await gates.line(gate, { limit: 2, after: two })).toEqual({ waiters: [three], more: false });
    expect(await gates.waiter(gate, two)).toEqual(two);
    await gates.leave(gate, two);
    await gates.leave(gate, two);
    expect(await gates.waiter(gate, two)).toBeUndefined();
    expect(await gates.line(gate, { limit: 1, after: two })).toEqual({ waiters: [three], more: false });
    expect(await gates.line(gate, { limit: 1, after: three })).toEqual({ waiters: [], more: false });
  });

  test("parts and line are read together, and further pages of the line alone", async () => {
    const { gates, gate } = current();
    const jobs = [1, 2, 3].map((job) => aWaiter(job, noon + job));
    for (const waiter of jobs) await gates.stand(gate, waiter);
    const asked = { turn, now: noon, slot: { lease: noon + 1, limit: 1 } };
    for (const part of [0, 1, 2]) await gates.take({ ...gate, part }, { job: idOf(10 + part), ...asked });
    const first = await gates.look(gate, { limit: 2 });
    expect(first).toMatchObject({ waiters: jobs.slice(0, 2), more: true });
    expect(Object.keys(first.parts)).toEqual(["0", "1", "2"]);
    expect(await gates.look(gate, { limit: 2, after: jobs[1] as Waiter })).toEqual({
      parts: {},
      waiters: jobs.slice(2),
      more: false,
    });
  });

  test("a job that stands in line again keeps its place, its time and its calls", async () => {
    const { gates, gate } = current();
    const calls = { mailbox: { at: noon + 5, bucket: 2 } };
    await gates.stand(gate, aWaiter(1, noon, { calls }));
    await gates.stand(gate, aWaiter(1, noon, { since: noon + 60_000, attempt: 2, due_at: noon + 7 }));
    const stood = aWaiter(1, noon, { attempt: 2, due_at: noon + 7, calls });
    expect(await gates.waiter(gate, stood)).toEqual(stood);
    const others = { other: { at: noon + 9 } };
    await gates.stand(gate, { ...stood, calls: others });
    expect(await gates.line(gate, { limit: 5 })).toEqual({ waiters: [{ ...stood, calls: others }], more: false });
  });

  test("a waiter is reserved by one caller at a time, while it stands in line", async () => {
    const { gates, gate } = current();
    const waiter = aWaiter(1, noon);
    const reserve = (now: number, until: number) => gates.reserve(gate, waiter, { now, until });
    expect(await reserve(noon, noon + 60_000)).toBe(false);
    expect(await gates.waiter(gate, waiter)).toBeUndefined();
    await gates.stand(gate, waiter);
    const at = [1, 2, 3].map((ms) => reserve(noon, noon + 60_000 + ms));
    expect((await Promise.all(at)).filter(Boolean)).toHaveLength(1);
    expect(await reserve(noon + 60_000, noon + 90_000)).toBe(false);
    expect(await reserve(noon + 60_004, noon + 90_000)).toBe(true);
    expect(await gates.waiter(gate, waiter)).toEqual({ ...waiter, reserved_until: noon + 90_000 });
    await gates.stand(gate, waiter);
    // One that stands in line anew is reserved for nobody.
    expect(await gates.waiter(gate, waiter)).toEqual(waiter);
    await gates.leave(gate, waiter);
    expect(await reserve(noon + 100_000, noon + 160_000)).toBe(false);
  });

  test("a long line is read and counted over many pages", async () => {
    const { gates, gate } = current();
    const line = Array.from({ length: 1050 }, (_, job) => aWaiter(job, noon + (job >> 2)));
    for (let from = 0; from < line.length; from += 50)
      await Promise.all(line.slice(from, from + 50).map((waiter) => gates.stand(gate, waiter)));
    expect(await gates.length(gate, 3000)).toBe(1050);
    expect(await gates.length(gate, 1050)).toBe(1050);
    expect(await gates.length(gate, 1000)).toBe(1000);
    expect(await gates.line(gate, { limit: 3000 })).toEqual({ waiters: line, more: false });
    const read: Waiter[] = [];
    for (let after: Waiter | undefined; ; after = read.at(-1)) {
      const { waiters, more } = await gates.line(gate, { limit: 400, ...(after && { after }) });
      read.push(...waiters);
      if (!more) break;
    }
    expect(read).toEqual(line);
  }, 30_000);

  test("an empty line has no length, and lines of other keys are not counted", async () => {
    const { gates, gate } = current();
    await gates.stand({ ...gate, key: `${gate.key}#` }, aWaiter(1, noon));
    expect(await gates.length(gate, 10)).toBe(0);
    expect(await gates.look(gate, { limit: 10 })).toEqual({ parts: {}, waiters: [], more: false });
  });
}
