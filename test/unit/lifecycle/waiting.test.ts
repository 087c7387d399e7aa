import type { Job } from "../../../lambdas/core/job/job.ts";
import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { afterClaim, isWaitNoted, withWait } from "../../../lambdas/core/job/transitions.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { aJob, noon } from "../../support/builders.ts";

const gate = { limit: "mailbox", key: "ada" };
const job = aJob({ gates: [gate] });
const between = (before: Job, after: Job) => transitionsOf({ before, after, at: noon + 9000 });
/** A job that version 0.3 has moved to the start which it has reserved for it. */
const reserved = (until: number): Job => ({
  ...job,
  due_at: until,
  status: "scheduled",
  reserved: { turn: "1.1.0.0", until, since: noon, gate, limits: ["mailbox"] },
  version: 2,
});

it("a job that notes its wait for a slot has an event with limit and key", () => {
  const noted = withWait(job, gate, noon + 40);
  const [event, ...others] = between(job, noted);
  expect(others).toEqual([]);
  expect(event).toMatchObject({ name: "waiting", time: noon + 40, detail: { ...gate, status: "queued", version: 2 } });
  expect(event?.detail).not.toHaveProperty("starts_at");
  expect(isWaitNoted(noted, gate)).toBe(true);
});

it("a job notes its wait once per attempt and limit", () => {
  const noted = withWait(job, gate, noon);
  for (const other of [{ attempt: 2 }, { run: 2 }, { due_at: noon + 1 }]) {
    expect(isWaitNoted({ ...noted, ...other }, gate)).toBe(false);
  }
  expect(isWaitNoted(noted, { ...gate, limit: "other" })).toBe(false);
  expect(isWaitNoted(noted, { ...gate, key: "bob" })).toBe(false);
});

it("a later change of a job that waits is no new wait", () => {
  const noted = withWait(job, gate, noon);
  const running = afterClaim(noted, { claimId: "c", leaseMarginMs: 15_000, now: noon + 60 });
  expect(between(noted, running).map(({ name }) => name)).toEqual(["started"]);
  expect(between(noted, { ...noted, version: 3 })).toEqual([]);
});

it("a start that a rate of version 0.3 has given is an event if it is far", () => {
  const late = reserved(noon + 60_000);
  expect(between(job, late)).toMatchObject([
    { name: "waiting", time: noon, detail: { ...gate, starts_at: noon + 60_000, due_at: noon + 60_000 } },
  ]);
  expect(between(job, reserved(noon + 59_999))).toEqual([]);
  expect(between(late, { ...late, version: 3 })).toEqual([]);
});

it("the waiting event is published only where it was chosen", () => {
  expect(jobEvents).toContain("waiting");
});
