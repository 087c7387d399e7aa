import { minuteMs } from "../../../../lambdas/core/job/due-time.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import { never } from "../../../../lambdas/core/kernel/start-time.ts";
import { upcoming } from "../../../../lambdas/core/queries/upcoming.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { fakeJobStore } from "../../../support/fakes/job-store.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const tenant = { product: "shop", env: "prd" };
const due = (at: number, overrides: Partial<Job> = {}) =>
  aJob({ id: newJobId(), status: "scheduled", due_at: at, ...overrides });
/** One minute has begun 20 s ago. */
const now = noon + 20_000;

/** Counts with a store that counts the positions it has read. */
async function count(jobs: Job[], { minutes = 3, most = 10_000, tenants = [tenant] } = {}) {
  const store = fakeJobStore(...jobs);
  let read = 0;
  const page: typeof store.page = async (query, after) => {
    const answer = await store.page(query, after);
    read += answer.jobs.length;
    return answer;
  };
  const { dueCounts, hot } = fakeServices();
  const { minutes: counted, ...rest } = await upcoming(
    { jobs: { page, shards: store.shards }, dueCounts, hot },
    tenants,
    { now, minutes, most },
  );
  return { ...rest, read, counts: counted.map((one) => one.count), at: counted.map((one) => one.at) };
}

describe("the count of due jobs", () => {
  it("is by minute, empty minutes too", async () => {
    const jobs = [now + 1, noon + minuteMs - 1, noon + 2 * minuteMs].map((at) => due(at));
    expect(await count(jobs)).toEqual({
      from: noon,
      at: [noon, noon + minuteMs, noon + 2 * minuteMs],
      counts: [2, 0, 1],
      total: 3,
      truncated: false,
      hot_minutes: [],
      starts_per_second: 1000,
      read: 3,
    });
  });

  it.each<[string, Job]>([
    ["due already", due(now)],
    ["due after the last minute", due(noon + 3 * minuteMs)],
    ["paused", due(now + 1, { status: "paused" })],
    ["finished", due(now + 1, { status: "failed", finished_at: now + 1 })],
    ["another tenant's", due(now + 1, { env: "dev" })],
  ])("leaves out jobs that are %s", async (_what, job) => {
    expect(await count([job, due(noon + minuteMs)])).toMatchObject({ counts: [0, 1, 0], total: 1 });
  });

  it("covers all requested tenants", async () => {
    const jobs = [due(now + 1), due(now + 2, { env: "dev" }), due(now + 3, { env: "stg" })];
    const tenants = [tenant, { ...tenant, env: "dev" }];
    expect(await count(jobs, { tenants })).toMatchObject({ counts: [2, 0, 0] });
    expect(await count(jobs, { tenants: [] })).toMatchObject({ counts: [0, 0, 0], truncated: false });
  });
});

describe("the count of more jobs than are read", () => {
  const crowd = (size: number, spacing: number) => Array.from({ length: size }, (_, n) => due(now + 1 + n * spacing));

  it("begins with the first, and says that it ends early", async () => {
    const answer = await count(crowd(3000, 1000), { minutes: 60, most: 800 });
    expect(answer.read).toBeLessThanOrEqual(800);
    expect(answer.truncated).toBe(true);
    const [first, ...others] = answer.counts;
    expect(first).toBe(40);
    // The last minute is incomplete, and those before it are not.
    expect(new Set(others.slice(0, -1))).toEqual(new Set([60]));
    expect(answer.counts.length).toBeGreaterThan(8);
    expect(answer.counts.length).toBeLessThan(60);
    expect(answer.total).toBe(answer.counts.reduce((a, b) => a + b));
  });

  it("leaves a minute incomplete, and none behind it", async () => {
    const answer = await count(crowd(500, 1), { most: 80 });
    expect(answer).toMatchObject({ truncated: true, at: [noon], read: 80, counts: [80], total: 80 });
  });

  it("is complete if the limit is just enough", async () => {
    expect(await count(crowd(800, 1), { most: 2000 })).toMatchObject({ truncated: false, total: 800, read: 800 });
  });

  it("lets one partition use the reads that others leave", async () => {
    const shard = (n: number) => `job_${String(n).padStart(31, "0")}0`;
    const jobs = Array.from({ length: 1200 }, (_, n) => due(now + 1 + n, { id: shard(n) }));
    expect(await count(jobs)).toMatchObject({ truncated: false, total: 1200 });
    expect(await count(jobs, { most: 1000 })).toMatchObject({ truncated: true, total: 1000, read: 1000 });
  });

  it("does not make the work grow with what is stored", async () => {
    const reads = [];
    for (const size of [1000, 4000]) reads.push((await count(crowd(size, 1), { most: 400 })).read);
    expect(reads).toEqual([400, 400]);
  });
});

it("the count of due jobs leaves out times without a job", async () => {
  expect(await count([due(never)])).toMatchObject({ total: 0 });
});
