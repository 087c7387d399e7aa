import { bounded } from "../../../packages/ductape-jobs/src/mcp/bounded.ts";

const jobs = (count: number, fields: object = {}) => ({
  jobs: Array.from({ length: count }, (_, i) => ({ job_id: `job_${i}`, ...fields })),
  next_cursor: "c",
});

describe("a tool's answer", () => {
  it("that is short enough is whole", () => {
    expect(bounded(jobs(3))).toEqual({ text: JSON.stringify(jobs(3)), leftOut: [] });
  });

  it("loses the ends of long texts first, and says which", () => {
    const { text, leftOut } = bounded({ a: "short", result: { log: "x".repeat(30_000) } }, 5000);
    expect(JSON.parse(text)).toEqual({ a: "short", result: { log: `${"x".repeat(4000)}…` } });
    expect(leftOut[1]).toBe("  /result/log: 26000 of 30000 characters");
  });

  it("then loses the ends of long lists with their cursors", () => {
    const { text, leftOut } = bounded(jobs(100, { event: "e".repeat(40) }), 4000);
    const answer = JSON.parse(text);
    expect(answer.jobs).toHaveLength(50);
    expect(answer).not.toHaveProperty("next_cursor");
    expect(leftOut).toEqual([expect.stringMatching(/smaller `limit`/), "  /jobs: 50 of 100 entries"]);
  });

  it.each([10, 100, 1000, 5000])("never has more than %i characters", (most) => {
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`field_${i}`, "v"]));
    for (const answer of [jobs(500, { result: "r".repeat(900) }), wide, "👍".repeat(5000)])
      expect(bounded(answer, most).text.length).toBeLessThanOrEqual(most);
  });

  it("that cannot be shortened is cut, and says so", () => {
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`field_${i}`, "v"]));
    expect(bounded(wide, 500).leftOut).toEqual([expect.stringMatching(/cut after 500: it is no whole JSON/)]);
  });

  it("names at most ten places", () => {
    const { leftOut } = bounded(jobs(20, { result: "r".repeat(5000) }), 90_000);
    expect(leftOut).toHaveLength(12);
    expect(leftOut.at(-1)).toBe("  and in 10 other places");
  });
});
