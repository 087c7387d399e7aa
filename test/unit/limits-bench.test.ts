import { gapsOf, mostIn, usedShare } from "../../bench/limits/measures.ts";
import { virtualTime } from "../../bench/limits/virtual/virtual-time.ts";
import { achieved, offsetOf, workloads } from "../../bench/limits/workload.ts";

const workload = { keys: 2, limit: 2, periodMs: 1000, jobsPerKey: 3 };

describe("the achieved rate of a limit", () => {
  it("is counted from the first start to the last", () => {
    const starts = [
      [2000, 0, 1000],
      [0, 500, 1000],
    ];
    expect(achieved(starts, workload)).toEqual({ median: 0.5, slowest: 0.5, most: 2 });
  });

  it("is missing if jobs are missing or ran twice", () => {
    expect(() => achieved([[0, 500], []], workload)).toThrow("2 of 6 jobs have started");
    expect(() =>
      achieved(
        [
          [0, 1, 2],
          [0, 1, 2, 3],
        ],
        workload,
      ),
    ).toThrow("7 of 6 jobs");
  });

  it("counts the most starts of any period", () => {
    expect(mostIn([0, 900, 1000, 1100, 1899, 2500], 1000)).toBe(4);
    expect(mostIn([], 1000)).toBe(0);
  });

  it("takes keys in turns within one interval", () => {
    for (const one of workloads) {
      const between = one.periodMs / one.limit;
      expect(offsetOf(one, 0)).toBe(0);
      expect(offsetOf(one, one.keys - 1)).toBeLessThan(between);
    }
  });
});

describe("the use of a rate", () => {
  const lined = { from: 0, intervalMs: 100, lateMs: 0 };

  it("is measured until a full use would have ended", () => {
    const full = Array.from({ length: 100 }, (_, i) => i * 100);
    expect(usedShare(full, lined)).toBe(1);
    const half = full.map((time) => 2 * time);
    expect(usedShare(half, lined)).toBeCloseTo(0.5);
  });

  it("begins three lags later where messages are late", () => {
    const late = Array.from({ length: 100 }, (_, i) => 4500 + i * 100);
    expect(usedShare(late, { ...lined, lateMs: 1000 })).toBeCloseTo(55 / 60);
  });
});

describe("the time that slots are free", () => {
  it("is from each end to the next start", () => {
    const ran = [
      { key: "", start: 0, end: 100 },
      { key: "", start: 0, end: 200 },
      { key: "", start: 250, end: 400 },
      { key: "", start: 110, end: 300 },
    ];
    expect(gapsOf(ran, 2)).toEqual({ half: 10, most: 50 });
  });
});

describe("virtual time", () => {
  it("jumps from timer to timer in order", async () => {
    const time = virtualTime(1000);
    const seen: [string, number][] = [];
    const sleeper = async (name: string, ms: number) => {
      await time.sleep(ms);
      await Promise.resolve();
      seen.push([name, time.now()]);
    };
    const takenBack = time.after(15, () => seen.push(["never", time.now()]));
    takenBack();
    await time.until(Promise.all([sleeper("b", 20), sleeper("a", 10), sleeper("c", 20)]));
    expect(seen).toEqual([
      ["a", 1010],
      ["b", 1020],
      ["c", 1020],
    ]);
  });

  it("ends a sleep that is aborted", async () => {
    const time = virtualTime(0);
    const abort = new AbortController();
    const sleep = time.sleep(1000, abort.signal);
    abort.abort();
    await time.until(sleep);
    expect(time.now()).toBe(0);
  });
});
