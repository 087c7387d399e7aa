import type { Attempt } from "../../../../lambdas/core/job/attempt.ts";
import type { Job, Repeat, RunRecord } from "../../../../lambdas/core/job/job.ts";
import { nextRuns, seriesView } from "../../../../lambdas/core/queries/series-view.ts";
import { aJob, noon } from "../../../support/builders.ts";

const hour = 3_600_000;
const hourly: Repeat = { every: hour, anchor: noon, overlap: "skip" };
const series = (overrides: Partial<Job> = {}) =>
  aJob({ status: "scheduled", run: 3, repeat: hourly, due_at: noon + hour, scheduled_at: noon + hour, ...overrides });
/** Hours after noon at which the next runs start. */
const hours = (job: Job, now = noon + 1, count = 3) => nextRuns(job, now, count).map(({ at }) => (at - noon) / hour);

describe("the shown next runs", () => {
  it.each<[string, Job, number[]]>([
    ["of a series that waits begin with the one it waits for", series(), [1, 2, 3]],
    [
      "end with the limit, which counts the run that is waited for",
      series({ repeat: { ...hourly, limit: 4 } }),
      [1, 2],
    ],
    ["end with the end date", series({ repeat: { ...hourly, end_date: noon + 2 * hour } }), [1, 2]],
    ["of a series that was moved continue from the new time", series({ due_at: noon + 1.5 * hour }), [1.5, 2, 3]],
    ["of a run under way begin after it", series({ status: "running", due_at: noon, scheduled_at: noon }), [1, 2, 3]],
    [
      "of a run under way that is the last of its limit are none",
      series({ status: "running", scheduled_at: noon, repeat: { ...hourly, limit: 3 } }),
      [],
    ],
    ["of a run that waits for its retry begin after it", series({ attempt: 2, scheduled_at: noon }), [1, 2, 3]],
    [
      "of a run that its provider has put off begin after it",
      series({ due_at: noon + 600_000, scheduled_at: noon, snoozes: { count: 1, since: noon } }),
      [1, 2, 3],
    ],
    ["of a paused series are those after it is resumed", series({ status: "paused" }), [1, 2, 3]],
    [
      "of a paused series whose end is over are none",
      series({ status: "paused", scheduled_at: noon, repeat: { ...hourly, end_date: noon } }),
      [],
    ],
    ["of an ended series are none", series({ status: "completed", finished_at: noon }), []],
    ["of a one-time job are none", aJob(), []],
  ])("%s", (_what, job, expected) => {
    expect(hours(job)).toEqual(expected);
  });

  it("leave out what an overdue run has missed", () => {
    expect(hours(series({ due_at: noon, scheduled_at: noon }), noon + 2.5 * hour)).toEqual([0, 3, 4]);
    const queued = series({ due_at: noon, scheduled_at: noon, coalesced_until: noon + 2.5 * hour });
    expect(hours({ ...queued, repeat: { ...hourly, overlap: "queue" } }, noon + 2.6 * hour)).toEqual([0, 3, 4]);
  });

  it("name the effects of a change of the clocks", () => {
    const at = Date.parse("2030-03-30T01:30:00Z");
    const repeat: Repeat = { cron: "30 2 * * *", tz: "Europe/Berlin", anchor: at, overlap: "skip" };
    const [, second] = nextRuns(series({ repeat, due_at: at, scheduled_at: at }), noon, 2);
    expect(second).toMatchObject({ local: "2030-03-31T03:00:00.000+02:00", note: expect.stringContaining("02:30") });
  });
});

describe("the shown last runs", () => {
  const attempt = (overrides: Partial<Attempt> = {}): Attempt => ({
    attempt: 1,
    due_at: noon,
    started_at: noon + 40,
    ended_at: noon + 90,
    outcome: "completed",
    ...overrides,
  });
  const run = (number: number, overrides: Partial<RunRecord> = {}): RunRecord => ({
    job_id: "job_1",
    run: number,
    version: 1,
    created_at: noon,
    status: "completed",
    scheduled_at: noon,
    due_at: noon,
    started_at: noon + 40,
    finished_at: noon + 90,
    attempts: [attempt()],
    ...overrides,
  });
  const shown = (job: Job, ...archived: RunRecord[]) => seriesView(job, archived, noon + hour).last_runs;

  it("have their lateness and duration", () => {
    expect(shown(series(), run(2), run(1))).toEqual([
      expect.objectContaining({ run: 2 }),
      {
        run: 1,
        status: "completed",
        scheduled_at: noon,
        started_at: noon + 40,
        finished_at: noon + 90,
        lateness_ms: 40,
        duration_ms: 50,
      },
    ]);
  });

  it("have the lateness of their first attempt and the duration of their last", () => {
    const attempts = [
      attempt({ outcome: "failed" }),
      attempt({ attempt: 2, due_at: noon + 1000, started_at: noon + 1007 }),
    ];
    const retried = run(1, { attempts, started_at: noon + 1007, finished_at: noon + 1010 });
    expect(shown(series(), retried)).toMatchObject([{ lateness_ms: 40, duration_ms: 3 }]);
  });

  it("have neither where they never started", () => {
    const { started_at: _, ...never } = run(1, { status: "cancelled", attempts: [] });
    expect(shown(series(), never)).toEqual([
      { run: 1, status: "cancelled", scheduled_at: noon, finished_at: noon + 90 },
    ]);
  });

  it("begin with the current one once it has started", () => {
    const running = series({ status: "running", started_at: noon + hour + 9 });
    expect(shown(running, run(2))).toMatchObject([{ run: 3, status: "running", lateness_ms: 9 }, { run: 2 }]);
    const ended = series({ status: "failed", finished_at: noon + hour });
    expect(shown(ended, run(2))).toMatchObject([{ run: 3, status: "failed" }, { run: 2 }]);
    expect(shown(series(), run(2))).toMatchObject([{ run: 2 }]);
  });

  it("begin with the current one while its provider has put it off", () => {
    const putOff = series({ due_at: noon + 600_000, snoozes: { count: 1, since: noon + 7 }, begun_at: noon + 7 });
    expect(shown(putOff, run(2))[0]).toEqual({
      run: 3,
      status: "scheduled",
      scheduled_at: noon + hour,
      started_at: noon + 7,
    });
  });

  it("are 30 at most", () => {
    const many = Array.from({ length: 30 }, (_, i) => run(40 - i));
    const all = shown(series({ run: 41, status: "running", started_at: noon + hour }), ...many);
    expect(all.map((one) => one.run)).toEqual(Array.from({ length: 30 }, (_, i) => 41 - i));
  });
});
