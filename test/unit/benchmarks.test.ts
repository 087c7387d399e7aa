import { spawnSync } from "node:child_process";
import { oneJob } from "../../bench/lateness/virtual.ts";

test("the benchmarks load outside of jest and list their parts", () => {
  const { status, stderr } = spawnSync(process.execPath, ["bench/main.ts", "overheads"], {
    env: { ...process.env, NODE_OPTIONS: "" },
    encoding: "utf8",
  });
  expect(stderr).toContain(
    "There is no part overheads. The parts are limits, waits, cold-start, cost, lateness, overhead",
  );
  expect(status).toBe(1);
}, 60_000);

test("a job is played in virtual time, whatever its way to its queue is", async () => {
  const minute = 60_000;
  const played = await Promise.all([0, 10 * minute, 120 * minute].map((inMs) => oneJob(inMs, () => 0.5)));
  for (const { lateMs } of played) {
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1000);
  }
  expect(played.map(({ deliveries }) => deliveries)).toEqual([1, 1, 2]);
});
