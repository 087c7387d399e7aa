import { expect, jest, test } from "@jest/globals";
import { isStuck } from "../../../../lambdas/core/job/transitions.ts";
import { makeOverdue, stuckAt, type Waiting } from "../../../../local/clock/overdue.ts";
import { aJob } from "../../../support/builders.ts";

const second = 1000;
const graceMs = 5 * second;
const waiting: Waiting = { id: "job_1", status: "scheduled", due_at: 100_000 };

test.each([
  ["waits", { status: "scheduled" }],
  ["is queued", { status: "queued" }],
  ["runs", { status: "running", claim_id: "c", lease_until: 130_000 }],
  ["is parked", { status: "running", wake_at: 220_000, lease_until: 0 }],
  ["is paused", { status: "paused" }],
  ["has ended", { status: "completed" }],
] as const)("a job that %s becomes overdue at the first moment when the reconciler acts on it", (_what, fields) => {
  const { claim_id: _claim, ...rest } = aJob({ due_at: 100_000 });
  const job = { ...rest, ...fields };
  const at = stuckAt(job, graceMs);
  if (at === undefined) return expect(isStuck(job, Number.MAX_SAFE_INTEGER, graceMs)).toBe(false);
  expect([isStuck(job, at - 1, graceMs), isStuck(job, at, graceMs)]).toEqual([false, true]);
});

const overdue = () => makeOverdue({ graceMs, everyMs: 10 * second });

test("a job that moves on becomes overdue later, and never once it has ended", () => {
  const jobs = overdue();
  jobs.wrote("job_1", waiting);
  jobs.wrote("job_2", { ...waiting, id: "job_2", due_at: 200_000 });
  expect(jobs.nextAt()).toBe(105_000);
  jobs.wrote("job_1", { ...waiting, status: "running", claim_id: "c", lease_until: 150_000 });
  expect(jobs.nextAt()).toBe(150_001);
  jobs.wrote("job_1", { ...waiting, status: "completed" });
  expect(jobs.nextAt()).toBe(205_000);
  jobs.wrote("job_2", undefined);
  expect(jobs.nextAt()).toBeUndefined();
});

test("what was read about a job does not replace a later write", () => {
  const jobs = overdue();
  jobs.wrote("job_1", { ...waiting, due_at: 300_000 });
  jobs.wrote("job_2", { ...waiting, status: "completed" });
  jobs.stored(waiting);
  jobs.stored({ ...waiting, id: "job_2" });
  jobs.allStored();
  expect(jobs.nextAt()).toBe(305_000);
});

test("a job that the reconciler cannot help is checked less and less often", async () => {
  const jobs = overdue();
  jobs.wrote("job_1", waiting);
  const looks: number[] = [];
  const now = jest.spyOn(Date, "now");
  for (let i = 0; i < 5; i++) {
    const at = jobs.nextAt() as number;
    looks.push(at);
    now.mockReturnValue(at);
    await jobs.lookedBy(async () => {});
  }
  now.mockRestore();
  expect(looks).toEqual([105_000, 115_000, 135_000, 175_000, 255_000]);
});
