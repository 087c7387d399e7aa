import type { Job, Repeat } from "../../../../../lambdas/core/job/job.ts";
import { continued, skippedSeries } from "../../../../../lambdas/core/job/series.ts";
import { aJob, noon } from "../../../../support/builders.ts";
import { fc } from "../../../../support/properties.ts";

const hourly: Repeat = { every: 3_600_000, anchor: noon, overlap: "skip" };
const hour = 3_600_000;
const ended = (overrides: Partial<Job> = {}) =>
  aJob({
    repeat: hourly,
    status: "completed",
    finished_at: noon + 5,
    started_at: noon,
    result: { inline: 1 },
    attempts: [],
    ...overrides,
  });

describe("after a run of a series", () => {
  it("the run is archived and the next one waits for its time", () => {
    const series = continued(ended(), noon + 5);
    expect(series?.run).toMatchObject({ run: 1, status: "completed", scheduled_at: noon, result: { inline: 1 } });
    expect(series?.next).toMatchObject({
      status: "scheduled",
      run: 2,
      attempt: 1,
      due_at: noon + hour,
      scheduled_at: noon + hour,
      claims: 0,
    });
    for (const field of ["result", "error", "started_at", "finished_at", "progress"])
      expect(series?.next).not.toHaveProperty(field);
  });

  it("a failed run does not stop the series", () => {
    const failed = ended({
      status: "failed",
      error: { code: "TIMEOUT", message: "slow", retryable: true },
      attempt: 4,
      due_at: noon + 60_000,
    });
    expect(continued(failed, noon + 90_000)).toMatchObject({
      run: { status: "failed", error: { code: "TIMEOUT" } },
      next: { run: 2, attempt: 1, due_at: noon + hour },
    });
  });

  it("the next state says how this run ended", () => {
    const attempt = { attempt: 2, due_at: noon, started_at: noon, ended_at: noon + 5, outcome: "completed" as const };
    const second = continued(ended({ attempts: [{ ...attempt, attempt: 1, outcome: "failed" }, attempt] }), noon + 5);
    expect(second?.next).toMatchObject({ attempts: [], last_run: attempt });
    const running = {
      ...(second?.next as Job),
      status: "completed" as const,
      attempts: [{ ...attempt, ended_at: noon + hour }],
    };
    expect(continued(running, noon + hour)?.next.last_run?.ended_at).toBe(noon + hour);
  });

  it("the next run is counted from the planned time, not from the finish", () => {
    expect(continued(ended({ finished_at: noon + 59 * 60_000 }), noon + 59 * 60_000)?.next.due_at).toBe(noon + hour);
  });

  it.each([
    ["skip", noon + 3 * hour, undefined],
    ["queue", noon + hour, noon + 2.5 * hour],
  ] as const)("that outlasted two occurrences there is the run of overlap %s", (overlap, due_at, coalesced_until) => {
    const next = continued(ended({ repeat: { ...hourly, overlap } }), noon + 2.5 * hour)?.next as Job;
    expect(next).toMatchObject({ run: 2, due_at, status: overlap === "queue" ? "queued" : "scheduled" });
    expect(next.coalesced_until).toBe(coalesced_until);
    // The one that made up for them is followed by the next in time, not by another.
    if (overlap === "queue") {
      const after = continued(
        { ...next, status: "completed", finished_at: noon + 2.6 * hour },
        noon + 2.6 * hour,
      )?.next;
      expect(after?.due_at).toBe(noon + 3 * hour);
      expect(after).not.toHaveProperty("coalesced_until");
    }
  });

  it("there is no next run at the limit or past the end date", () => {
    expect(continued(ended({ repeat: { ...hourly, limit: 1 } }), noon)).toBeUndefined();
    expect(continued(ended({ repeat: { ...hourly, end_date: noon + hour - 1 } }), noon)).toBeUndefined();
    expect(continued(ended({ repeat: { ...hourly, end_date: noon + hour, limit: 2 } }), noon)?.next.run).toBe(2);
  });

  it("the next run is held where a pause was requested meanwhile", () => {
    const next = continued(ended({ pause_requested: true }), noon)?.next;
    expect(next).toMatchObject({ status: "paused", run: 2 });
    expect(next).not.toHaveProperty("pause_requested");
  });

  it("a one-time job has no series", () => {
    const { repeat: _, ...once } = ended();
    expect(continued(once, noon)).toBeUndefined();
  });

  it("the next runs have consecutive numbers and planned times up to the end", () => {
    fc.assert(
      fc.property(
        fc.record({
          every: fc.integer({ min: 1000, max: 100_000 }),
          limit: fc.integer({ min: 1, max: 20 }),
          overlap: fc.constantFrom("skip", "queue"),
        }),
        fc.array(fc.integer({ min: 0, max: 500_000 }), { minLength: 25, maxLength: 25 }),
        ({ every, limit, overlap }, durations) => {
          const end_date = noon + 1_000_000;
          let job: Job | undefined = ended({
            repeat: { every, limit, overlap: overlap as "skip", anchor: noon, end_date },
          });
          let now = noon;
          let runs = 1;
          for (const duration of durations) {
            now = Math.max(now, job.due_at) + duration;
            const next: Job | undefined = continued({ ...job, status: "completed", finished_at: now }, now)?.next;
            if (!next) break;
            expect(next.run).toBe(++runs);
            expect(next.scheduled_at).toBeGreaterThan(job.scheduled_at);
            expect(next.scheduled_at).toBeLessThanOrEqual(end_date);
            job = next;
          }
          expect(runs).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});

describe("a skipped run", () => {
  const waits = (overrides: Partial<Job> = {}) =>
    aJob({ repeat: hourly, status: "scheduled", run: 7, due_at: noon, scheduled_at: noon, version: 4, ...overrides });

  it.each<[string, Job, number, number | undefined]>([
    ["is followed by the next occurrence", waits(), noon - 5, noon + hour],
    [
      "that was moved is followed by the next occurrence after its time",
      waits({ scheduled_at: noon + 90_000 }),
      noon,
      noon + hour,
    ],
    ["that is overdue is followed by one that is ahead", waits(), noon + 3.5 * hour, noon + 4 * hour],
    [
      "that stands for missed ones is followed by one after them",
      waits({ coalesced_until: noon + hour }),
      noon,
      noon + 2 * hour,
    ],
    ["is followed by one at the end date", waits({ repeat: { ...hourly, end_date: noon + hour } }), noon, noon + hour],
    [
      "is not followed by one after the end date",
      waits({ repeat: { ...hourly, end_date: noon + hour - 1 } }),
      noon,
      undefined,
    ],
    ["does not count towards the limit", waits({ repeat: { ...hourly, limit: 7 } }), noon, noon + hour],
    ["is none of a one-time job", aJob(), noon, undefined],
  ])("%s", (_what, job, now, at) => {
    const next = skippedSeries(job, now);
    expect(next?.due_at).toBe(at);
    if (next) expect(next).toMatchObject({ run: 7, attempt: 1, claims: 0, version: 5, scheduled_at: at, attempts: [] });
  });

  it("leaves the series paused if that was requested while it was about to run", () => {
    expect(skippedSeries(waits({ pause_requested: true }), noon)).toMatchObject({
      status: "paused",
      due_at: noon + hour,
    });
  });
});
