import { furtherQuartersFor, jobsPerLead } from "../../../../lambdas/core/job/due-time.ts";
import { hotMinutes, jobsPerCount } from "../../../../lambdas/core/operations/hot-minutes.ts";
import type { DueCounts } from "../../../../lambdas/core/ports/due-counts.ts";
import { noon } from "../../../support/builders.ts";
import { fakeDueCounts } from "../../../support/fakes/due-counts.ts";

const job = { product: "shop", env: "prd", due_at: noon + 3_600_000 };

/** Counters that are called by one process; others have counted `others` jobs of each quarter hour. */
function counting(others = 0) {
  const calls: number[] = [];
  const counts = fakeDueCounts();
  const counted: DueCounts = {
    ...counts,
    async add(minute, jobs) {
      calls.push(jobs);
      return others + (await counts.add(minute, jobs));
    },
  };
  return { calls, hot: hotMinutes(counted) };
}

describe("a job whose minute has few others", () => {
  it("costs no call, however many jobs other minutes have", async () => {
    const { calls, hot } = counting();
    for (let i = 0; i < 5000; i++) await hot.furtherQuarters({ ...job, due_at: noon + i * 60_000 });
    for (let i = 0; i < jobsPerCount - 2; i++) await hot.furtherQuarters(job);
    for (const env of ["dev", "stg"]) await hot.furtherQuarters({ ...job, env });
    expect(calls).toEqual([]);
  });

  it("has the usual lead", async () => {
    expect(await counting().hot.furtherQuarters(job)).toBe(0);
  });
});

describe("a minute with a herd of jobs", () => {
  it("is counted with one call per 250 jobs of a process", async () => {
    const { calls, hot } = counting();
    for (let i = 0; i < 1000; i++) await hot.furtherQuarters(job);
    expect(calls).toEqual([250, 250, 250, 250]);
  });

  it("grows the lead of further jobs once the Scheduler would be late", async () => {
    const { hot } = counting(jobsPerLead(1000) - 250);
    const leads = [];
    for (let i = 0; i < 251; i++) leads.push(await hot.furtherQuarters(job));
    expect(leads.slice(0, 249)).toEqual(new Array(249).fill(0));
    expect(leads.slice(249)).toEqual([1, 1]);
    expect(await hot.furtherQuarters({ ...job, due_at: job.due_at + 3_600_000 })).toBe(0);
  });

  it("is scheduled though its counter is refused", async () => {
    const add = () => Promise.reject(new Error("refused"));
    const hot = hotMinutes({ ...fakeDueCounts(), add });
    for (let i = 0; i < 600; i++) expect(await hot.furtherQuarters(job)).toBe(0);
  });

  it.each([
    [0, 0],
    [701_999, 0],
    [702_000, 1],
    [1_403_999, 1],
    [1_404_000, 2],
    [1e9, 16],
  ])("with %d jobs has leads of up to %d further quarter hours", (jobs, quarters) => {
    expect(furtherQuartersFor(jobs, 1000)).toBe(quarters);
  });
});
