import type { Job } from "../../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import { forecast, forecastReads } from "../../../../lambdas/core/queries/read-forecast.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { counting } from "../../../support/counting.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const tenant = { product: "my-product", env: "prd" };
const customer = { ...tenant, limit: "customer", key: "c1" };
const jobs = (count: number, at: (index: number) => number, more: Partial<Job> = {}): Job[] =>
  Array.from({ length: count }, (_, i) =>
    aJob({ ...tenant, id: newJobId(), status: "scheduled", due_at: at(i), scheduled_at: at(i), ...more }),
  );
const limited = {
  event: "call_partner",
  gates: [
    { limit: "customer", key: "c1" },
    { limit: "partner", key: "" },
  ],
};

/** A forecast of a day, with how often each port was read for it. */
async function read(stored: Job[], most: Partial<typeof forecastReads> = {}, tenants = [tenant]) {
  const services = fakeServices({ catalog, jobs: stored });
  for (const job of stored.filter(({ gates, due_at }) => gates && due_at <= noon)) {
    const { id, run, attempt, due_at } = job;
    await services.gates.stand(customer, { job: id, run, attempt, due_at, order: due_at, since: due_at });
  }
  const { jobs, gates, pauses, dueCounts } = services;
  const seen = counting({ jobs, gates, pauses, dueCounts });
  const view = await forecast(services, { tenants, hours: 24, most });
  const reads: Record<string, number> = {};
  for (const one of seen) reads[one] = (reads[one] ?? 0) + 1;
  return { view, reads, shards: jobs.shards };
}

describe("what a forecast reads", () => {
  it("is a query for each partition, twice, and the jobs by hundreds", async () => {
    const { view, reads, shards } = await read(jobs(250, (i) => noon + 1 + i));
    expect(view).toMatchObject({ is_complete: true, examined: 250, counted: 250 });
    expect(reads).toEqual({
      "jobs.page": 2 * shards,
      "jobs.getMany": 3,
      "gates.pins": 1,
      "pauses.recent": 1,
      "dueCounts.read": 1,
    });
  });

  it("is the starts of rates too, and what has ended where limits have slots", async () => {
    const { reads, shards } = await read(jobs(5, (i) => noon + 1 + i, limited));
    expect(reads).toMatchObject({ "jobs.page": 3 * shards, "jobs.getMany": 1, "gates.firsts": 1 });
  });

  it("does not grow with what is stored", async () => {
    const most = { ahead: 400, overdue: 100 };
    const crowd = (size: number) => [
      ...jobs(size, (i) => noon + 1 + i * 1000),
      ...jobs(size, (i) => noon - i, limited),
      ...jobs(size, (i) => noon - i, { status: "completed", finished_at: noon, event: "call_partner" }),
    ];
    const few = await read(crowd(1000), most);
    const many = await read(crowd(4000), most);
    for (const { view, reads, shards } of [few, many]) {
      expect(view.examined).toBeLessThanOrEqual(500);
      expect(reads["jobs.page"]).toBeLessThanOrEqual(8 * shards);
      expect(reads["jobs.getMany"]).toBeLessThanOrEqual(5 + Math.ceil(forecastReads.ended / 100) + 1);
      expect(reads).toMatchObject({ "gates.length": 2, "gates.firsts": 1, "gates.pins": 1 });
    }
  });
});

describe("a forecast of more than is read", () => {
  it("says up to when it has everything, and has nothing behind that", async () => {
    const { view } = await read(
      jobs(2000, (i) => noon + 1 + i * 40_000),
      { ahead: 500 },
    );
    const { is_complete, covers_until, counted, hours } = view;
    expect(is_complete).toBe(false);
    expect(covers_until).toBeLessThan(noon + 8 * 3_600_000);
    expect(counted).toBe(Math.ceil((covers_until - noon - 1) / 40_000));
    expect(hours.slice(0, -1).map(({ count }) => count)).toEqual(hours.slice(0, -1).map(() => 90));
    expect(hours).toHaveLength(Math.ceil((covers_until - noon) / 3_600_000));
  });

  it("takes the length of a line from the line, where not all who wait were read", async () => {
    const { view } = await read(
      jobs(900, () => noon - 5000, limited),
      { overdue: 200 },
    );
    expect(view).toMatchObject({ is_complete: false, more_overdue: true, covers_until: view.until });
    expect(view.overdue).toBeLessThanOrEqual(200);
    const [line] = view.limits;
    expect(line).toMatchObject({ limit: "customer", waiting_now: 900, lines: [{ from: noon }] });
    // One a second, two at once.
    expect(line?.lines[0]?.empty_at).toBe(noon + 898_000);
  });
});

it("a forecast names the minutes with more starts than the quota, from what it planned and from the counters", async () => {
  const services = fakeServices({ catalog, jobs: jobs(61, () => noon + 3_600_000) });
  services.hot.startsPerSecond = 1;
  await services.dueCounts.add({ ...tenant, minute: noon + 7_200_000 }, 200);
  const { hot_minutes } = await forecast(services, { tenants: [tenant], hours: 24 });
  expect(hot_minutes).toMatchObject([
    { at: noon + 3_600_000, product_tag: "my-product", env: "prd", count: 61 },
    { at: noon + 7_200_000, count: 200 },
  ]);
});
