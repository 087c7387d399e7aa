import type { Attempt } from "../../../../lambdas/core/job/attempt.ts";
import type { Job, Repeat } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { continued, runReasons, skipReason, successorOf, supersededBy } from "../../../../lambdas/core/job/series.ts";
import { attemptFailed, cancelled, completed } from "../../../../lambdas/core/job/transitions.ts";
import { aJob, noon } from "../../../support/builders.ts";

const hour = 3_600_000;
const minute = 60_000;
const hourly = (more: Partial<Repeat> = {}): Repeat => ({ every: hour, anchor: noon, overlap: "skip", ...more });
const attempt = (started_at: number, ended_at: number): Attempt => ({
  attempt: 1,
  due_at: noon,
  started_at,
  ended_at,
  outcome: "completed",
});

/** The run of noon, which began and ended so many hours after noon. */
const ran = (began: number, ended: number, more: Partial<Repeat> = {}, overrides: Partial<Job> = {}) => {
  const finished_at = noon + ended * hour;
  const job = aJob({
    repeat: hourly(more),
    status: "completed",
    finished_at,
    started_at: noon + began * hour,
    attempts: [attempt(noon + began * hour, finished_at)],
    ...overrides,
  });
  return continued(job, finished_at)?.next;
};
const hours = (at: number | undefined) => at && (at - noon) / hour;

describe("occurrences that were missed", () => {
  it.each<[string, Partial<Repeat>, number, number, number, number | undefined]>([
    ["count as the run that came late by default", {}, 3.5, 3.6, 4, undefined],
    ["count as one after it, with queue", { overlap: "queue" }, 3.5, 3.6, 1, 3.6],
    ["have a run each, in order, with all", { missed: "all" }, 3.5, 3.6, 1, undefined],
    ["leave out what came due during the run itself, with all and skip", { missed: "all" }, 0, 2.5, 3, undefined],
    [
      "include what came due during the run, with all and queue",
      { missed: "all", overlap: "queue" },
      0,
      2.5,
      1,
      undefined,
    ],
    ["are not run once they are too late, with skip", { missed: "skip" }, 3.5, 3.6, 4, undefined],
  ])("%s", (_what, repeat, began, ended, at, until) => {
    const next = ran(began, ended, repeat);
    expect(hours(next?.scheduled_at)).toBeCloseTo(at);
    if (until === undefined) expect(next).not.toHaveProperty("coalesced_until");
    else expect(hours(next?.coalesced_until)).toBeCloseTo(until);
  });

  it("are not those before a run that was moved by hand", () => {
    const moved = { scheduled_at: noon + 3.2 * hour, coalesced_until: noon + 1.5 * hour, moved: true as const };
    expect(hours(ran(3.2, 3.3, { overlap: "queue" }, moved)?.scheduled_at)).toBe(4);
  });

  it.each<[string, Partial<Repeat>, number]>([
    ["are not those that passed while a provider put the run off, with all and skip", { missed: "all" }, 5],
    [
      "are counted from the first start of a run that was put off, with cancel_previous",
      { overlap: "cancel_previous" },
      1,
    ],
  ])("%s", (_what, repeat, at) => {
    const at5 = noon + 4.5 * hour;
    const claim = { status: "running", claims: 1 } as const;
    const first = aJob({ ...claim, repeat: hourly(repeat), due_at: noon, scheduled_at: noon, started_at: noon });
    const error = new JobError("RATE_LIMITED", "later", { retryable: true, retryAfterMs: 4 * hour });
    const later = { ...attemptFailed(first, noon + minute, { error, random: 0 }), ...claim, started_at: at5 };
    const ended = [
      completed(later, at5 + minute, { inline: 1 }),
      completed(
        {
          ...attemptFailed(later, at5, { error: new JobError("TIMEOUT", "slow"), random: 0 }),
          ...claim,
          started_at: at5,
        },
        at5 + minute,
        { inline: 1 },
      ),
    ];
    for (const one of ended) {
      const next = continued(one, at5 + minute)?.next;
      expect(hours(next?.scheduled_at)).toBe(at);
      expect(next).not.toHaveProperty("begun_at");
    }
  });

  it("have their runs one after the other, each with its planned time", () => {
    let job: Job | undefined = aJob({ repeat: hourly({ missed: "all" }), due_at: noon, scheduled_at: noon });
    const planned: number[] = [];
    for (let now = noon + 3.5 * hour; job && job.scheduled_at <= now; now += minute) {
      planned.push((job.scheduled_at - noon) / hour);
      job = continued({ ...job, status: "completed", finished_at: now, attempts: [attempt(now, now)] }, now)?.next;
    }
    expect(planned).toEqual([0, 1, 2, 3]);
    expect(job).toMatchObject({ run: 5, scheduled_at: noon + 4 * hour, status: "scheduled" });
  });
});

describe("a run that could start only now", () => {
  const waits = (more: Partial<Repeat> = {}, overrides: Partial<Job> = {}) =>
    aJob({ repeat: hourly(more), due_at: noon, scheduled_at: noon, ...overrides });

  it.each<[string, Job, number, string | undefined]>([
    ["starts, however late it is", waits(), 30 * hour, undefined],
    ["starts within its max_lateness_ms", waits({ max_lateness_ms: minute }), minute, undefined],
    ["is skipped beyond it", waits({ max_lateness_ms: minute }), minute + 1, runReasons.late],
    ["is skipped after a minute with missed: skip", waits({ missed: "skip" }), minute + 1, runReasons.late],
    ["starts within a minute with missed: skip", waits({ missed: "skip" }), minute, undefined],
    ["has its own limit with missed: skip", waits({ missed: "skip", max_lateness_ms: hour }), hour, undefined],
    [
      "is late from the end of the run that it waited for",
      waits({ missed: "skip" }, { coalesced_until: noon + hour }),
      hour + minute,
      undefined,
    ],
    ["starts again after a crash", waits({ missed: "skip" }, { claims: 2 }), hour, undefined],
    ["starts again after a failed attempt", waits({ missed: "skip" }, { attempt: 2 }), hour, undefined],
  ])("%s", (_what, job, after, reason) => {
    expect(skipReason(job, noon + after)).toBe(reason);
  });

  const skipped = (more: Partial<Repeat>, now: number, overrides: Partial<Job> = {}) =>
    continued(cancelled(waits(more, overrides), now, runReasons.late), now);

  it("is archived as cancelled, and the series goes on with later ones", () => {
    const series = skipped({ max_lateness_ms: 2 * hour }, noon + 4.5 * hour);
    expect(series?.run).toMatchObject({ run: 1, status: "cancelled", reason: runReasons.late, attempts: [] });
    expect(series?.next).toMatchObject({ run: 2, scheduled_at: noon + 3 * hour, coalesced_until: noon + 4.5 * hour });
    expect(series?.next).not.toHaveProperty("reason");
  });

  it("is followed by each timely one with all, and by one ahead with skip", () => {
    const all = skipped({ missed: "all", max_lateness_ms: 2 * hour }, noon + 4.5 * hour)?.next;
    expect(all).toMatchObject({ scheduled_at: noon + 3 * hour });
    expect(all).not.toHaveProperty("coalesced_until");
    expect(skipped({ missed: "skip" }, noon + 4.5 * hour)?.next).toMatchObject({ scheduled_at: noon + 5 * hour });
  });

  it("does not count towards the limit", () => {
    const repeat = { missed: "skip", limit: 1 } as const;
    const next = skipped(repeat, noon + 4.5 * hour)?.next;
    expect(next).toMatchObject({ run: 2, skipped_runs: 1 });
    const second = continued(cancelled(next as Job, noon + 9.5 * hour, runReasons.late), noon + 9.5 * hour)?.next;
    expect(second).toMatchObject({ run: 3, skipped_runs: 2 });
    expect(continued({ ...(second as Job), status: "completed", finished_at: noon }, noon)).toBeUndefined();
  });
});

describe("the run that ends the one before it", () => {
  const repeat = hourly({ overlap: "cancel_previous" });
  const running = (overrides: Partial<Job> = {}) =>
    aJob({ repeat, status: "running", started_at: noon + 5, due_at: noon, scheduled_at: noon, ...overrides });

  it.each<[string, Job, number | undefined]>([
    ["is the next occurrence", running(), 1],
    ["is the first one after a late start", running({ started_at: noon + 1.5 * hour }), 2],
    ["stays the same while the run is tried again", running({ status: "scheduled", attempt: 2 }), 1],
    ["is that of the first attempt", running({ attempt: 2, attempts: [attempt(noon, noon + minute)] }), 1],
    ["is none before the run has begun", running({ status: "queued", attempt: 1 }), undefined],
    ["is none while a pause waits for the end of the run", running({ pause_requested: true }), undefined],
    ["is none after the last run of the limit", running({ repeat: { ...repeat, limit: 1 } }), undefined],
    ["is none after the end date", running({ repeat: { ...repeat, end_date: noon + 1 } }), undefined],
    ["is none with another overlap", running({ repeat: hourly({ overlap: "queue" }) }), undefined],
    ["is none of an ended series", running({ status: "cancelled", finished_at: noon }), undefined],
  ])("%s", (_what, job, at) => {
    expect(hours(successorOf(job, noon + 10))).toBe(at);
  });

  it("is one that is not too late", () => {
    const late = running({ repeat: { ...repeat, max_lateness_ms: 30 * minute } });
    expect(hours(successorOf(late, noon + 1.5 * hour))).toBe(1);
    expect(hours(successorOf(late, noon + 1.6 * hour))).toBe(2);
  });

  it("is due at its time", () => {
    expect(supersededBy(running(), noon + hour - 1)).toBeUndefined();
    expect(supersededBy(running(), noon + hour)).toBe(noon + hour);
  });

  it("starts for its time even if the run before has ended just after it", () => {
    expect(ran(0, 1.1, { overlap: "cancel_previous" })).toMatchObject({ scheduled_at: noon + hour, status: "queued" });
  });
});
