import { spawnSync } from "node:child_process";
import { aJob } from "../support/builders.ts";
import { sumOf } from "./coverage.ts";
import { expected, missingOf } from "./expected.ts";
import { type History, history, start } from "./history.ts";

const histories = 450;

/** A sample of what `npm run simulate -- --histories N` runs at length. */
it(`the system keeps its invariants in ${histories} histories, in which everything happens`, async () => {
  let covered: History["covered"] = new Map();
  for (let seed = 1; seed <= histories; seed++) {
    const made = await history(seed);
    covered = sumOf(covered, made.covered);
    if (made.violations.length === 0) continue;
    const { trace } = await history(seed, { traced: true });
    throw new Error([...trace.slice(-40), `seed ${seed}`, ...made.violations].join("\n"));
  }
  expect(missingOf(covered, expected)).toEqual([]);
}, 300_000);

/** The jobs include some without an idempotency key, whose ids are random. */
it("a seed reproduces its history exactly, whatever ran before it", async () => {
  const seed = 20;
  const { trace, covered } = await history(seed, { traced: true });
  expect(trace.length).toBeGreaterThan(100);
  expect(covered.has("batch: accepted")).toBe(true);
  await history(8);
  expect((await history(seed, { traced: true })).trace).toEqual(trace);
});

it("further stored jobs do not change a history", async () => {
  const hour = 3_600_000;
  const idle = (i: number) => aJob({ product: "sim", env: "e", event: "call", ...times(i) });
  const times = (i: number) => {
    const created_at = start - 400 * hour;
    if (i % 3 === 0) return { status: "scheduled", due_at: start + 4000 * hour, created_at } as const;
    return { status: i % 3 === 1 ? "completed" : "failed", finished_at: start - 300 * hour, created_at } as const;
  };
  const bystanders = Array.from({ length: 1500 }, (_, i) => idle(i));
  for (const seed of [7, 8]) {
    const alone = await history(seed, { traced: true });
    const crowded = await history(seed, { traced: true, bystanders });
    expect(crowded.violations).toEqual([]);
    expect(crowded.trace).toEqual(alone.trace);
    expect(crowded.covered).toEqual(alone.covered);
  }
}, 60_000);

it("the command distributes the histories over threads, and reports the total", () => {
  const command = ["test/simulation/main.ts", "--histories", "4", "--workers", "2"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toContain("4 histories");
  expect(status).toBe(0);
});
