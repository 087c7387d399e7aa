import { achieved, mostIn, offsetOf, workloads } from "../../bench/limits/workload.ts";

const workload = { keys: 2, limit: 2, periodMs: 1000, jobsPerKey: 3 };

describe("the achieved rate of a limit", () => {
  it("is that from the first start to the last, by which the first takes no time", () => {
    const starts = [
      [2000, 0, 1000],
      [0, 500, 1000],
    ];
    expect(achieved(starts, workload)).toEqual({ median: 0.5, slowest: 0.5, most: 2 });
  });

  it("is not answered if jobs are missing or ran twice", () => {
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

  it("counts the most starts of any period, which need not begin with the first", () => {
    expect(mostIn([0, 900, 1000, 1100, 1899, 2500], 1000)).toBe(4);
    expect(mostIn([], 1000)).toBe(0);
  });

  it("gives the keys of a workload turns within the time between two starts of one", () => {
    for (const one of workloads) {
      const between = one.periodMs / one.limit;
      expect(offsetOf(one, 0)).toBe(0);
      expect(offsetOf(one, one.keys - 1)).toBeLessThan(between);
    }
  });
});
