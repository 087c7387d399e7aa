import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { aJob } from "../support/builders.ts";
import { history, start } from "./history.ts";

const histories = 160;

/**
 * A sample of what `npm run simulate -- --histories N` runs at length, in a process without Jest as there.
 */
it(`the system keeps its invariants in ${histories} histories, in which everything happens`, async () => {
  const { out, code } = await simulate("--histories", String(histories), "--workers", "1");
  // What was violated, and how it came to that, comes last.
  if (code !== 0) throw new Error(out.slice(-8000));
  expect(out).toContain(`\n${histories} histories, `);
  expect(out).not.toContain("expected, but not seen");
}, 300_000);

it("handlers that are made at random end as their logs say, wherever processes die", async () => {
  const { out, code } = await simulate("--handlers", "--histories", "200", "--workers", "1");
  if (code !== 0) throw new Error(out.slice(-8000));
  expect(out).toContain("\n200 histories, ");
  expect(out).toContain(" code: a server is away");
}, 120_000);

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

it("the command distributes the histories over threads, and reports the total", async () => {
  const { out, code } = await simulate("--histories", "4", "--workers", "2");
  expect(code).toBe(0);
  expect(out).toContain("\n4 histories, ");
});

/** What the command prints, and how it ends. */
async function simulate(...options: string[]): Promise<{ out: string; code: number | null }> {
  const child = spawn(process.execPath, ["test/simulation/main.ts", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const out = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { out: out.join(""), code };
}
