import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type KeptEntry, mostAppended, type RunLogName } from "../../../lambdas/core/job/run-log.ts";
import type { RunLogs } from "../../../lambdas/core/ports/run-logs.ts";
import { noon } from "../builders.ts";

export interface RunLogsUnderTest {
  logs: RunLogs;
  stop?: () => Promise<void>;
}

const entry = (n: number, more: Partial<KeptEntry> = {}): KeptEntry => ({
  ...{ n, k: `step-${n}`, c: "run", e: "done", at: noon + n, f: "f", job: "job_1", value: { v: { n } } },
  ...more,
});

/** What every store of logs does, in memory and on DynamoDB alike. */
export function describeRunLogs(name: string, make: () => Promise<RunLogsUnderTest>): void {
  describe(`${name} as RunLogs`, () => {
    let made: RunLogsUnderTest;
    let count = 0;
    const logOf = (more: Partial<RunLogName> = {}): RunLogName => ({
      ...{ job_id: `job_${count}`, created_at: noon, run: 1, attempt: 1, part: 1 },
      ...more,
    });
    const fresh = () => {
      count += 1;
      return logOf();
    };
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("has nothing in a log that was never written", async () => {
      expect(await made.logs.read(fresh(), 0)).toEqual([]);
      expect(await made.logs.append(logOf(), [])).toBe("appended");
    });

    test("keeps entries in their order, and reads on from any append", async () => {
      const log = fresh();
      for (const ns of [[1], [2, 3], [4], [5, 6, 7, 8, 9, 10], [11]])
        expect(
          await made.logs.append(
            log,
            ns.map((n) => entry(n)),
          ),
        ).toBe("appended");
      const all = await made.logs.read(log, 0);
      expect(all.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(all[0]).toEqual(entry(1));
      expect((await made.logs.read(log, 3)).map(({ n }) => n)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
      expect((await made.logs.read(log, 10)).map(({ n }) => n)).toEqual([11]);
      expect(await made.logs.read(log, 11)).toEqual([]);
    });

    test("keeps one of two appends at the same place, whole", async () => {
      const log = fresh();
      const one = [entry(1, { k: "a" }), entry(2, { k: "b" })];
      const other = [entry(1, { k: "c" })];
      const ends = await Promise.all([made.logs.append(log, one), made.logs.append(log, other)]);
      expect([...ends].sort()).toEqual(["appended", "taken"]);
      expect(await made.logs.read(log, 0)).toEqual(ends[0] === "appended" ? one : other);
      expect(await made.logs.append(log, one)).toBe("taken");
    });

    test("keeps the logs of runs, attempts, parts and earlier jobs apart", async () => {
      const log = fresh();
      const others = [{ run: 2 }, { attempt: 2 }, { part: 2 }, { run: 10 }, { created_at: noon - 1 }].map(logOf);
      for (const [i, one] of [log, ...others].entries()) await made.logs.append(one, [entry(1, { k: `of ${i}` })]);
      for (const [i, one] of [log, ...others].entries())
        expect((await made.logs.read(one, 0)).map(({ k }) => k)).toEqual([`of ${i}`]);
    });

    test.each([{ v: "an emoji 🧾, \uffff and a lone \ud800" }, { v: 0.1 + 0.2 }, { v: null }, { v: 2 ** 60 }])(
      "gives back what was kept: %j",
      async (value) => {
        const log = fresh();
        await made.logs.append(log, [entry(1, { value })]);
        expect((await made.logs.read(log, 0))[0]?.value).toEqual(value);
      },
    );

    test("takes as many entries at a time as are appended, with as large values and errors", async () => {
      const log = fresh();
      const error = { code: "X", message: "m".repeat(1000), stack: "s".repeat(1500) };
      const many = Array.from({ length: mostAppended.entries }, (_, i) =>
        entry(i + 1, { value: { v: "x".repeat(1022) }, error }),
      );
      expect(await made.logs.append(log, many)).toBe("appended");
      expect(await made.logs.read(log, 0)).toEqual(many);
    });

    test("notes which runs of a product wait for other code, once each, and forgets them", async () => {
      const product = `product-${++count}`;
      expect(await made.logs.parked(product, 100)).toEqual([]);
      for (let i = 0; i < 30; i++) await made.logs.park(product, `job_${10 + (i % 27)}`, noon);
      await made.logs.park(`${product}-other`, "job_1", noon);
      const all = await made.logs.parked(product, 100);
      expect(all).toEqual(Array.from({ length: 27 }, (_, i) => `job_${10 + i}`));
      expect(await made.logs.parked(product, 5)).toEqual(all.slice(0, 5));
      await made.logs.unpark(product, [...all.slice(1), "job_99"]);
      expect(await made.logs.parked(product, 100)).toEqual(["job_10"]);
      await made.logs.unpark(product, []);
      expect(await made.logs.parked(`${product}-other`, 100)).toEqual(["job_1"]);
    });

    test("notes until when code is needed, at most, and forgets what is not", async () => {
      const [one, other] = [`${"a".repeat(60)}${++count}`, `${"b".repeat(60)}${++count}`];
      const needed = async () => (await made.logs.needed()).filter(({ sha256 }) => [one, other].includes(sha256));
      await made.logs.need({ sha256: one, until: noon + 5 });
      await made.logs.need({ sha256: one, until: noon });
      await made.logs.need({ sha256: other, until: noon });
      expect(await needed()).toEqual([
        { sha256: one, until: noon + 5 },
        { sha256: other, until: noon },
      ]);
      expect(await made.logs.forget({ sha256: one, until: noon })).toBe(false);
      await made.logs.need({ sha256: other, until: noon + 1 });
      expect(await made.logs.forget({ sha256: other, until: noon })).toBe(false);
      expect(await made.logs.forget({ sha256: one, until: noon + 5 })).toBe(true);
      expect(await made.logs.forget({ sha256: one, until: noon + 5 })).toBe(false);
      expect(await needed()).toEqual([{ sha256: other, until: noon + 1 }]);
    });

    test("deletes all logs of a job, and says which blobs they named", async () => {
      const log = fresh();
      const blob = { blob: "runs/a", sha256: "00", bytes: 2000 };
      for (let n = 1; n <= 30; n++) await made.logs.append(log, [entry(n, n === 7 ? { value: blob } : {})]);
      await made.logs.append(logOf({ run: 2 }), [entry(1)]);
      await made.logs.append(logOf({ created_at: noon + 1 }), [entry(1)]);
      expect(await made.logs.remove(log)).toEqual(["runs/a"]);
      expect(await made.logs.read(log, 0)).toEqual([]);
      expect(await made.logs.read(logOf({ run: 2 }), 0)).toEqual([]);
      expect(await made.logs.read(logOf({ created_at: noon + 1 }), 0)).toHaveLength(1);
      expect(await made.logs.remove(log)).toEqual([]);
    });
  });
}
