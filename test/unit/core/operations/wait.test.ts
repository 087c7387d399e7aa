import type { Job } from "../../../../lambdas/core/job/job.ts";
import { grantMs } from "../../../../lambdas/core/operations/api-limits.ts";
import { waitForEnd } from "../../../../lambdas/core/operations/wait.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { fakeJobStore } from "../../../support/fakes/job-store.ts";

const everySecond = { every: 1000, anchor: noon, overlap: "skip" } as const;
const until = noon + 25_000;

/** A wait of 25 s for a job, and how it goes. */
function waiting(job: Job, granted = async () => true) {
  const clock = fakeClock();
  const jobs = fakeJobStore(job);
  let ended: Awaited<ReturnType<typeof waitForEnd>> | undefined;
  const wait = waitForEnd(jobs, clock, { until, granted }, job).then((waited) => {
    ended = waited;
  });
  return { clock, jobs, wait, ended: () => ended };
}

describe("a job that cannot end in time gets its answer at once:", () => {
  it.each<[string, Partial<Job>]>([
    ["paused", { status: "paused", repeat: everySecond }],
    ["due later", { status: "scheduled", due_at: until + 1 }],
    ["finished", { status: "completed", finished_at: noon }],
    ["of a series without an end", { repeat: everySecond }],
    ["of a series without an end, and running", { status: "running", claim_id: "c", repeat: everySecond }],
    ["of a series that ends later", { repeat: { ...everySecond, end_date: until + 60_000 } }],
    ["of a series with more runs than there is time for", { repeat: { ...everySecond, limit: 27 } }],
    ["of a series whose next run is later", { repeat: { ...everySecond, every: 60_000 } }],
    ["of a series by cron", { repeat: { cron: "* * * * *", anchor: noon, overlap: "skip" } }],
  ])("%s", async (_what, more) => {
    const { clock, ended } = waiting(aJob(more));
    await clock.advance(0);
    expect(ended()).toMatchObject({ job: more.status ? { status: more.status } : {} });
    expect(clock.sleepers()).toBe(0);
  });
});

describe("a wait is granted for a job that may end in time:", () => {
  it.each<[string, Partial<Job>]>([
    ["queued", {}],
    ["due in time", { status: "scheduled", due_at: until }],
    ["running", { status: "running", claim_id: "c" }],
    ["the last run of a series", { run: 5, repeat: { ...everySecond, limit: 5 } }],
    ["a series whose last run is in time", { run: 1, repeat: { ...everySecond, limit: 3 } }],
    ["a series whose end date is in time", { repeat: { ...everySecond, end_date: noon + 20_000 } }],
  ])("%s", async (_what, more) => {
    const { clock, ended, wait } = waiting(aJob(more));
    await clock.advance(10_000);
    expect(ended()).toBeUndefined();
    await clock.advance(15_000);
    await wait;
    expect(ended()).toHaveProperty("job");
  });

  it("a waiting request ends when its job is paused", async () => {
    const job = aJob({ run: 5, repeat: { ...everySecond, limit: 5 } });
    const { clock, jobs, ended } = waiting(job);
    await clock.advance(300);
    await jobs.replace({ ...job, status: "paused", version: job.version + 1 });
    await clock.advance(500);
    expect(ended()).toMatchObject({ job: { status: "paused" } });
  });
});

describe("a request that waits longer than a second is granted it moment by moment", () => {
  it("asks once per moment", async () => {
    let asked = 0;
    const { clock, wait, ended } = waiting(aJob({ status: "running", claim_id: "c" }), async () => ++asked > 0);
    await clock.advance(950);
    expect(asked).toBe(0);
    await clock.advance(1000);
    expect(asked).toBe(1);
    await clock.advance(grantMs);
    expect(asked).toBe(2);
    await clock.advance(25_000);
    await wait;
    expect([asked, ended()?.refused]).toEqual([5, undefined]);
  });

  it("is told when it is not granted", async () => {
    const { clock, ended } = waiting(aJob(), async () => false);
    await clock.advance(2000);
    expect(ended()).toMatchObject({ job: { status: "queued" }, refused: true });
  });
});
