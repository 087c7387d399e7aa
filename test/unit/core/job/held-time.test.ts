import { heldTimeOf, latenessOf } from "../../../../lambdas/core/job/held-time.ts";
import type { Pause } from "../../../../lambdas/core/job/pause.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { fc } from "../../../support/properties.ts";

const minute = 60_000;
const pauseOf = (since: number, ended_at?: number, more: Partial<Pause> = {}): Pause => ({
  id: "pause_1",
  product: "shop",
  reason: "the shop moves",
  since,
  drain_per_second: 50,
  version: 1,
  ...(ended_at !== undefined && { ended_at }),
  ...more,
});
const job = aJob({ product: "shop", due_at: noon });

test("a start that nothing held has no reason", () => {
  expect(heldTimeOf(job, { now: noon + 5, pauses: [] })).toBeUndefined();
  expect(heldTimeOf(job, { now: noon - 5, pauses: [pauseOf(noon - minute)] })).toBeUndefined();
});

test("a pause holds from when the job was due, or from its own beginning, to the start of the job in its turn", () => {
  expect(heldTimeOf(job, { now: noon + minute, pauses: [pauseOf(noon - minute, noon + minute / 2)] })).toEqual({
    paused_ms: minute,
  });
  expect(heldTimeOf(job, { now: noon + minute, pauses: [pauseOf(noon + 10_000, noon + minute / 2)] })).toEqual({
    paused_ms: 50_000,
  });
});

test("a pause that was over before, or is of something else, holds nothing", () => {
  const others = [
    pauseOf(noon - 9 * minute, noon - 8 * minute),
    pauseOf(noon - minute, undefined, { product: "bank" }),
    pauseOf(noon - minute, undefined, { env: "elsewhere" }),
  ];
  expect(heldTimeOf(job, { now: noon + minute, pauses: others })).toBeUndefined();
});

test("a job that was called out of a line waited for that limit until the call, and was late from then on", () => {
  const called = { limit: "sms", at: noon + 40_000 };
  expect(heldTimeOf(job, { now: noon + 42_000, pauses: [], called })).toEqual({
    limits: [{ limit: "sms", ms: 40_000 }],
  });
});

test("what a pause held counts as paused, and the rest of the line as the limit's", () => {
  const called = { limit: "sms", at: noon + minute };
  const pauses = [pauseOf(noon - 1, noon + 20_000)];
  expect(heldTimeOf(job, { now: noon + minute + 500, pauses, called })).toEqual({
    paused_ms: 20_000,
    limits: [{ limit: "sms", ms: 40_000 }],
  });
});

test("the parts are never more than the whole, whatever overlaps", () => {
  const time = fc.integer({ min: -5 * minute, max: 5 * minute }).map((ms) => noon + ms);
  const pause = fc.tuple(time, fc.option(time, { nil: undefined })).map(([since, end]) => pauseOf(since, end));
  fc.assert(
    fc.property(time, fc.array(pause, { maxLength: 4 }), fc.option(time, { nil: undefined }), (now, pauses, at) => {
      const called = at === undefined ? undefined : { limit: "sms", at };
      const { paused_ms = 0, limits = [] } = heldTimeOf(job, { now, pauses, called }) ?? {};
      const parts = [paused_ms, ...limits.map(({ ms }) => ms)];
      expect(parts.every((ms) => ms >= 0)).toBe(true);
      expect(parts.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(Math.max(0, now - noon));
    }),
  );
});

test("the lateness of a job is that of its first attempt, in its parts", () => {
  const attempt = {
    attempt: 1,
    due_at: noon,
    started_at: noon + 90_000,
    ended_at: noon + 91_000,
    outcome: "failed" as const,
  };
  const held = { paused_ms: 60_000, limits: [{ limit: "sms", ms: 20_000 }] };
  const of = aJob({
    scheduled_at: noon,
    attempts: [
      { ...attempt, held },
      { ...attempt, attempt: 2 },
    ],
  });
  expect(latenessOf(of)).toEqual({ total_ms: 90_000, ...held, late_ms: 10_000 });
  expect(latenessOf(aJob({ scheduled_at: noon, attempts: [attempt] }))).toEqual({ total_ms: 90_000, late_ms: 90_000 });
  expect(latenessOf(aJob({ attempts: [{ ...attempt, attempt: 2 }] }))).toBeUndefined();
});
