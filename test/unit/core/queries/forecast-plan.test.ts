import type { Job, Repeat } from "../../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import { noCalendars } from "../../../../lambdas/core/job/series.ts";
import { forecastBudget, planner } from "../../../../lambdas/core/queries/forecast-plan.ts";
import { aJob, noon } from "../../../support/builders.ts";

const hour = 3_600_000;
const scheduled = (due_at: number, more: Partial<Job> = {}) =>
  aJob({ id: newJobId(), status: "scheduled", due_at, scheduled_at: due_at, ...more });
const series = (repeat: Partial<Repeat>): Repeat => ({ anchor: noon, overlap: "skip", ...repeat });

function planned(jobs: Job[], { hours = 3, budget = forecastBudget, calendars = noCalendars } = {}) {
  const plan = planner({ now: noon, until: noon + hours * hour }, budget);
  for (const job of jobs) plan.add(job, calendars);
  const { plans, until } = plan.finish();
  return { until, starts: plans.map(({ starts }) => starts.map(({ at }) => (at - noon) / 60_000)), plans };
}

describe("what is planned of a job", () => {
  it("is its start, if that is to come", () => {
    const late = { starts: [], isWaiting: true };
    expect(planned([scheduled(noon + 60_000)]).plans).toMatchObject([
      { starts: [{ at: noon + 60_000 }], isWaiting: false },
    ]);
    expect(planned([scheduled(noon), scheduled(noon - hour)]).plans).toMatchObject([late, late]);
    expect(planned([scheduled(noon + 3 * hour)]).starts).toEqual([[]]);
  });

  it("is another attempt too", () => {
    expect(planned([scheduled(noon + 60_000, { attempt: 3 })]).starts).toEqual([[1]]);
  });

  it("is that it holds slots while an attempt is at work, and not between two decisions", () => {
    const running = { status: "running", started_at: noon - 5, due_at: noon - 10 } as const;
    expect(planned([aJob({ ...running, claim_id: "c", claims: 1 })]).plans).toMatchObject([
      { runningSince: noon - 5, starts: [], isWaiting: false },
    ]);
    expect(planned([aJob({ ...running, wake_at: noon + 60_000 })]).plans[0]).not.toHaveProperty("runningSince");
  });

  it.each<[string, Partial<Job>]>([
    ["has expired by then", { expires_at: noon + 30_000 }],
    ["is paused", { status: "paused" }],
    ["has ended", { status: "cancelled", finished_at: noon }],
    ["is of a later version", { status: "dreaming" as "scheduled" }],
  ])("is nothing of one that %s", (_what, more) => {
    expect(planned([scheduled(noon + 60_000, more)]).starts.flat()).toEqual([]);
  });
});

describe("what is planned of a series", () => {
  const every = (minutes: number, more: Partial<Repeat> = {}) => series({ every: minutes * 60_000, ...more });

  it("is each of its runs", () => {
    expect(planned([scheduled(noon + 30 * 60_000, { repeat: every(60) })]).starts).toEqual([[60 / 2, 60, 120]]);
    const daily = scheduled(noon + hour, { repeat: series({ cron: "0,30 13 * * *", tz: "Etc/UTC" }) });
    expect(planned([daily]).starts).toEqual([[60, 90]]);
  });

  it("ends with its limit and its end date", () => {
    expect(planned([scheduled(noon + hour, { repeat: every(10, { limit: 3 }) })]).starts).toEqual([[60, 70, 80]]);
    expect(planned([scheduled(noon + hour, { run: 2, repeat: every(10, { limit: 3 }) })]).starts).toEqual([[60, 70]]);
    const until = noon + hour + 25 * 60_000;
    expect(planned([scheduled(noon + hour, { repeat: every(10, { end_date: until }) })]).starts).toEqual([
      [60, 70, 80],
    ]);
  });

  it("leaves out the days of a calendar", () => {
    const repeat = series({ cron: "0 */2 * * *", except: ["holidays"] });
    const job = scheduled(noon + 2 * hour, { repeat });
    expect(planned([job], { hours: 20, calendars: { holidays: ["2030-01-02"] } }).starts.flat()).toEqual(
      [2, 4, 6, 8, 10].map((after) => after * 60),
    );
  });

  it("is put off by its own offset, whose occurrences it shares with others", () => {
    const spread = (offset_ms: number) =>
      scheduled(noon + hour + offset_ms, { repeat: series({ cron: "0 * * * *", offset_ms }) });
    const jobs = [0, 60_000, 120_000].map(spread);
    const budget = { ...forecastBudget, cronSteps: 3 };
    expect(planned(jobs, { budget })).toMatchObject({
      until: noon + 3 * hour,
      starts: [
        [60, 120],
        [61, 121],
        [62, 122],
      ],
    });
  });

  it("goes on after the run that waits, is at work or will be tried again", () => {
    const repeat = every(60);
    const at = { due_at: noon - hour, scheduled_at: noon - hour, repeat };
    const running = { status: "running", claim_id: "c", claims: 1, started_at: noon - hour } as const;
    expect(planned([aJob(at)])).toMatchObject({ plans: [{ isWaiting: true }], starts: [[60, 120]] });
    expect(planned([aJob({ ...at, ...running })]).starts).toEqual([[60, 120]]);
    expect(planned([scheduled(noon + 60_000, { ...at, due_at: noon + 60_000, attempt: 2 })]).starts).toEqual([
      [1, 60, 120],
    ]);
    expect(planned([aJob({ ...at, ...running, pause_requested: true })]).starts).toEqual([[]]);
  });

  it("says which runs take a schedule: those that are planned more than a quarter hour ahead", () => {
    const [plan] = planned([scheduled(noon + hour, { repeat: every(10, { limit: 2 }) })]).plans;
    expect(plan?.starts.map(({ isScheduled }) => isScheduled)).toEqual([true, false]);
  });
});

describe("more than may be planned", () => {
  it("is planned for all series up to the same time", () => {
    const often = Array.from({ length: 10 }, () => scheduled(noon + 1000, { repeat: series({ every: 1000 }) }));
    const { until, plans } = planned(often, { budget: { starts: 30_000, cronSteps: 1 } });
    expect(until).toBe(noon + 45 * 60_000);
    expect(new Set(plans.map(({ starts }) => starts.filter(({ at }) => at < until).length))).toEqual(new Set([2699]));
  });

  it("is bounded in the times that are worked out from expressions", () => {
    const { until } = planned([scheduled(noon + 60_000, { repeat: series({ cron: "* * * * *" }) })], {
      budget: { ...forecastBudget, cronSteps: 100 },
    });
    expect(until).toBe(noon + 90 * 60_000);
  });
});
