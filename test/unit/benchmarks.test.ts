import { spawnSync } from "node:child_process";

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
