import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { newJobId, scheduleJobId } from "../../../lambdas/core/job/job-id.ts";
import { hourOf, noCounts } from "../../../lambdas/core/job/stats.ts";
import { costReads, costs } from "../../../lambdas/core/queries/costs.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { counting } from "../../support/counting.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const path = "/v1/costs";
const product = "my-product";
const month = { product_tag: product, month: "2030-01" };
const hour = 3_600_000;
const [january, february] = [Date.UTC(2030, 0), Date.UTC(2030, 1)];

const ended = (more: Partial<Job> = {}): Job => {
  const at = more.finished_at ?? noon;
  return aJob({
    ...{
      id: newJobId(),
      product,
      env: "prd",
      event: "create_order",
      status: "completed",
      made_by: "k:0123456789abcdef",
    },
    ...{ created_at: at - 300, due_at: at - 300, scheduled_at: at - 300, finished_at: at },
    attempts: [{ attempt: 1, due_at: at - 300, started_at: at - 250, ended_at: at, outcome: "completed" }],
    ...more,
  });
};
const counted = (completed: number) => ({ ...noCounts(), completed });

it("GET /v1/costs adds up what the jobs of each event have cost, which is the sum of what each says", async () => {
  const jobs = [
    ended(),
    ended({ event: "call_partner", gates: [{ limit: "customer", key: "c" }] }),
    ended({ status: "failed", event: "call_partner" }),
    ended({ status: "cancelled", attempts: [] }),
    ended({ env: "dev" }),
    ended({ finished_at: january - 1 }),
    aJob({ product, env: "prd", status: "scheduled", due_at: noon + hour }),
  ];
  const api = fakeApi({ jobs });
  const { status, body } = await api.ask({ path, query: { ...month, env: "prd" } });
  expect(status).toBe(200);
  const each = await Promise.all(jobs.slice(0, 4).map(({ id }) => api.ask({ path: `/v1/jobs/${id}/cost` })));
  const usd = each.map((one) => one.body.usd as number);
  const sum = (...of: number[]) => of.reduce((total, i) => total + (usd[i] ?? Number.NaN), 0);
  expect(body).toMatchObject({
    ...{ product_tag: product, env: "prd", from: january, to: february, by: "event" },
    ...{ is_complete: true, examined: 5, runs: 4, ended: 0, region: "us-east-1" },
  });
  expect(body.usd).toBeCloseTo(sum(0, 1, 2, 3), 12);
  expect(body.rows.map(({ event, runs, attempts }: Record<string, unknown>) => [event, runs, attempts])).toEqual([
    ["call_partner", 2, 2],
    ["create_order", 2, 1],
  ]);
  expect(body.rows[0].usd).toBeCloseTo(sum(1, 2), 12);
  expect(body.rows[1].usd).toBeCloseTo(sum(0, 3), 12);
  expect(body).not.toHaveProperty("looked_back_to");
  expect(body).not.toHaveProperty("extrapolated_usd");
  expect((await api.ask({ path, query: month })).body).toMatchObject({ runs: 5 });
});

it("GET /v1/costs by label has a job in each of its labels, and those without any", async () => {
  const jobs = [ended({ labels: ["campaign 🎉", "vip"] }), ended({ labels: ["vip"] }), ended({ labels: [] })];
  const { body } = await fakeApi({ jobs }).ask({ path, query: { ...month, by: "label" } });
  const rows = body.rows.map(({ label, runs }: { label?: string; runs: number }) => [label, runs]);
  expect(rows).toEqual([
    ["vip", 2],
    ["campaign 🎉", 1],
    [undefined, 1],
  ]);
  expect(body.runs).toBe(3);
});

it("GET /v1/costs by label has a step where its feature is, however deep", async () => {
  const message = (id: string) => ({ v: 1, job_id: id, run: 1, attempt: 1, due_at: noon }) as const;
  const step = (of: string, more: Partial<Job> = {}) =>
    ended({ parent: { message: message(of), step: "main.a" }, ...more });
  // It has not ended: only its steps have.
  const running = aJob({ product, env: "prd", type: "feature", status: "running", due_at: noon - hour, labels: ["a"] });
  const inner = step(running.id, { type: "feature", event: "place_order" });
  const jobs = [running, inner, step(inner.id), step(inner.id, { labels: ["b"] }), step("job_gone")];
  const api = fakeApi({ jobs });
  const { body } = await api.ask({ path, query: { ...month, by: "label" } });
  const runs = Object.fromEntries(
    body.rows.map((row: { label?: string; runs: number }) => [row.label ?? "", row.runs]),
  );
  expect(runs).toEqual({ a: 2, b: 1, "": 1 });
  const asked = { tenants: [{ product, env: "prd" }], from: january, to: february, by: "label", now: noon } as const;
  const { rows } = await costs(api.services, { ...asked, most: { parents: 0 } });
  expect(rows.find(({ label }) => label === undefined)?.runs).toBe(3);
});

it("GET /v1/costs by event has lists and own steps where their feature is", async () => {
  const list = { step: "main.ship", from: 0, items: 1, page_size: 100 };
  const own = { feature: "place_order", key: "price", part: 1 };
  const jobs = [
    ended({ type: "feature", event: "place_order/main.ship", list }),
    ended({ type: "function", event: "place_order/price", own_step: own }),
  ];
  const { body } = await fakeApi({ jobs }).ask({ path, query: month });
  expect(body.rows).toMatchObject([{ event: "place_order", runs: 1, attempts: 2 }]);
});

it("GET /v1/costs has each run of a series that ended in this time", async () => {
  const repeat = { every: hour, anchor: noon, overlap: "skip" } as const;
  const series = ended({ repeat, run: 4, status: "scheduled", attempts: [], due_at: noon + 9 * hour });
  const { finished_at: _, ...waiting } = series;
  const api = fakeApi({ jobs: [{ ...waiting, created_at: january - 3 * hour }] });
  for (const [run, at] of [january - hour, january, january + hour].entries()) {
    const attempt = { attempt: 1, due_at: at, started_at: at, ended_at: at + 200, outcome: "completed" } as const;
    const times = { created_at: january - 3 * hour, scheduled_at: at, due_at: at, finished_at: at + 200 };
    const record = { job_id: series.id, run: run + 1, version: run, status: "completed", ...times } as const;
    await api.jobs.archive({ ...record, attempts: [attempt] });
  }
  const { body } = await api.ask({ path, query: month });
  expect(body).toMatchObject({ runs: 2, examined: 4, is_complete: true, rows: [{ event: "create_order", runs: 2 }] });
  const cost = await api.ask({ path: `/v1/jobs/${series.id}/cost` });
  const december = await api.ask({ path, query: { ...month, month: "2029-12" } });
  expect(december.body.runs).toBe(1);
  // What has still to end is in no month.
  expect(body.usd + december.body.usd).toBeLessThanOrEqual(cost.body.usd);
});

it("GET /v1/costs says that its runs are a part of those that the statistics know, and what all of them have cost", async () => {
  const api = fakeApi({ jobs: [ended(), ended()] });
  const hours = [{ mark: "a", written_at: noon, product, env: "prd", hour: hourOf(noon), counts: counted(200) }];
  await api.stats.add(hours);
  const { body } = await api.ask({ path, query: { ...month, env: "prd" } });
  expect(body).toMatchObject({ runs: 2, ended: 200 });
  expect(body.extrapolated_usd).toBeCloseTo(body.usd * 100, 10);
});

it("GET /v1/costs says what all have cost of whole hours and of the present one, and of no part of another hour", async () => {
  const start = noon - 2 * hour;
  const jobs = [1, 2, 3, 4, 5].map((second) => ended({ finished_at: start + second * 1000 }));
  const api = fakeApi({ jobs: [...jobs, ended({ finished_at: noon + 1000 })] });
  const inHour = (hour: number) => ({ mark: String(hour), written_at: noon, product, env: "prd", hour });
  await api.stats.add([
    { ...inHour(start), counts: counted(1075) },
    { ...inHour(noon), counts: counted(2) },
  ]);
  await api.clock.advance(60_000);
  const asked = async (from: number, to: number) => {
    const query = { product_tag: product, env: "prd", from: String(from), to: String(to) };
    const { body } = await api.ask({ path, query });
    return [body.runs, body.ended, body.extrapolated_usd && Math.round(body.extrapolated_usd / body.usd)];
  };
  expect(await asked(start, start + hour)).toEqual([5, 1075, 215]);
  expect(await asked(start + 1000, start + 6000)).toEqual([5, 1075, undefined]);
  expect(await asked(start, start + 6000)).toEqual([5, 1075, undefined]);
  expect(await asked(start + 1000, start + hour)).toEqual([5, 1075, undefined]);
  // Nothing has ended after now.
  expect(await asked(noon, noon + hour)).toEqual([1, 2, 2]);
  expect(await asked(noon + 1000, noon + hour)).toEqual([1, 2, undefined]);
});

describe("what GET /v1/costs reads", () => {
  it("ends after 10,000 jobs, the latest first, and says so", async () => {
    const at = (i: number) => january + i * 1000;
    const jobs = Array.from({ length: 10_050 }, (_, i) => ended({ finished_at: at(i) }));
    const { body } = await fakeApi({ jobs }).ask({ path, query: { ...month, env: "prd" } });
    const { runs, examined, is_complete, looked_back_to } = body;
    expect({ is_complete, examined }).toEqual({ is_complete: false, examined: runs });
    expect(runs).toBeGreaterThan(9000);
    expect(runs).toBeLessThanOrEqual(10_000);
    // All that ended since then, and nothing before.
    expect(runs).toBe(jobs.filter((job) => (job.finished_at ?? 0) >= looked_back_to).length);
  });

  it("does not grow with what is stored", async () => {
    const read = async (size: number) => {
      const jobs = Array.from({ length: size }, (_, i) => ended({ finished_at: january + i }));
      const services = fakeServices({ catalog, jobs });
      const { jobs: store, stats } = services;
      const seen = counting({ jobs: store, stats });
      const asked = {
        tenants: [{ product, env: "prd" }],
        from: january,
        to: february,
        by: "event",
        now: noon,
      } as const;
      await costs(services, { ...asked, most: { ...costReads, ended: 200, pending: 50 } });
      return seen.length;
    };
    expect(await read(2000)).toBeLessThanOrEqual((await read(500)) + 3);
  });

  it("is no series whose stored runs are beyond the bound", async () => {
    const repeat = { every: hour, anchor: noon, overlap: "skip" } as const;
    const services = fakeServices({ catalog, jobs: [ended({ repeat, run: 3, status: "scheduled" })] });
    const asked = { tenants: [{ product, env: "prd" }], from: january, to: february, by: "event", now: noon } as const;
    expect(await costs(services, { ...asked, most: { runs: 0 } })).toMatchObject({ is_complete: false, runs: 0 });
  });

  it("has the series of the catalog's schedules, whatever else is pending", async () => {
    const place = { base_url: "https://shop.example" };
    const scheduling: Product = {
      ...{ tag: product, envs: ["prd"], jobs: { charge: { type: "action", app: "shop", action: "charge" } } },
      apps: { shop: { envs: { prd: place }, actions: { charge: { method: "POST", path: "/" } } } },
      schedules: { hourly: { event: "charge", env: "prd", input: {}, cron: "0 * * * *" } },
    };
    const repeat = { cron: "0 * * * *", anchor: january, overlap: "skip" } as const;
    const id = scheduleJobId(product, "prd", "hourly");
    const pending = Array.from({ length: 20 }, () => aJob({ id: newJobId(), product, env: "prd", due_at: noon }));
    const series = aJob({ id, product, env: "prd", repeat, run: 2, due_at: noon + hour, created_at: january });
    const services = fakeServices({ catalog: makeCatalog([scheduling], registry), jobs: [...pending, series] });
    const times = { created_at: january, scheduled_at: noon, due_at: noon, finished_at: noon + 200 };
    await services.jobs.archive({
      ...{ job_id: id, run: 1, version: 1, status: "completed", attempts: [] },
      ...times,
    });
    const asked = { tenants: [{ product, env: "prd" }], from: noon, to: noon + hour, by: "event", now: noon } as const;
    expect(await costs(services, { ...asked, most: { pending: 8 } })).toMatchObject({ is_complete: false, runs: 1 });
  });

  it("is few of the runs of a series if those of a short time are asked for, and all that ended in it", async () => {
    const repeat = { every: 60_000, anchor: january, overlap: "skip" } as const;
    const series = aJob({ product, env: "prd", repeat, run: 301, due_at: noon + 60_000, created_at: january });
    const services = fakeServices({ catalog, jobs: [series] });
    for (let run = 1; run <= 300; run++) {
      const at = noon - (300 - run) * 60_000;
      const times = { created_at: january, scheduled_at: at, due_at: at, finished_at: at + 200 };
      await services.jobs.archive({
        ...{ job_id: series.id, run, version: run, status: "completed", attempts: [] },
        ...times,
      });
    }
    const from = noon - hour;
    const asked = { tenants: [{ product, env: "prd" }], from, to: from + hour, by: "event", now: noon } as const;
    const found = await costs(services, { ...asked, most: { firstPage: 4 } });
    expect(found).toMatchObject({ runs: 60, is_complete: true, examined: 65 });
  });

  it("names at most so many rows, and sums up the others", async () => {
    const jobs = Array.from({ length: 103 }, (_, i) => ended({ labels: [`label ${i}`] }));
    const { body } = await fakeApi({ jobs }).ask({ path, query: { ...month, by: "label" } });
    expect(body.rows).toHaveLength(100);
    expect(body.more_rows.count).toBe(3);
    const shown = body.rows.reduce((sum: number, { usd }: { usd: number }) => sum + usd, 0);
    expect(shown + body.more_rows.usd).toBeCloseTo(body.usd, 10);
  });
});

it("GET /v1/costs says what is not known of jobs that an earlier version has stored", async () => {
  const { made_by: _, ...before } = ended();
  const { body } = await fakeApi({ jobs: [before, ended()] }).ask({ path, query: month });
  expect(body.unknown).toEqual([expect.stringMatching(/^of 1 jobs: how it was requested/)]);
});

it("GET /v1/costs is about the current month, unless a time is asked for", async () => {
  const api = fakeApi();
  expect((await api.ask({ path, query: { product_tag: product } })).body).toMatchObject({
    from: january,
    to: february,
  });
  const from = noon - 31 * 24 * hour;
  const asked = { product_tag: product, from: String(from), to: new Date(noon + hour).toISOString() };
  // What is to come has cost nothing yet.
  expect((await api.ask({ path, query: asked })).body).toMatchObject({ from, to: noon });
});

it.each<[Record<string, string>, number, string, string]>([
  [{}, 400, "/query/product_tag", ""],
  [{ ...month, month: "2030-13" }, 400, "/query/month", "2030-01"],
  [{ ...month, month: "2030-1" }, 400, "/query/month", "2030-01"],
  [{ ...month, month: "2030-02" }, 400, "/query/month", "future"],
  [{ ...month, from: "0" }, 400, "/query/month", "goes without"],
  [{ product_tag: product, to: String(noon) }, 400, "/query/from", "needed"],
  [{ product_tag: product, from: String(noon + 1) }, 400, "/query/from", "in the past"],
  [{ product_tag: product, from: String(noon - 32 * 24 * hour) }, 400, "/query/from", "31 days"],
  [{ ...month, by: "month" }, 400, "/query/by", ""],
  [{ ...month, product_tag: "my-prodct" }, 404, "/query/product_tag", "my-product"],
  [{ ...month, env: "prod" }, 404, "/query/env", "prd"],
])("GET /v1/costs refuses %j", async (query, status, pointer, said) => {
  const answer = await fakeApi().ask({ path, query });
  expect(answer.status).toBe(status);
  expect(answer.body.errors).toMatchObject([{ pointer }]);
  expect(JSON.stringify(answer.body)).toContain(said);
});

it("a key learns nothing of the costs of another product, nor of its jobs", async () => {
  const job = ended();
  const api = fakeApi({ jobs: [job] });
  const scopes = { ...allScopes, products: ["another"] };
  expect((await api.ask({ path, query: month, scopes })).status).toBe(403);
  expect((await api.ask({ path: `/v1/jobs/${job.id}/cost`, scopes })).status).toBe(404);
  expect((await api.ask({ path: "/v1/jobs/job_none/cost" })).status).toBe(404);
});
