import type { Tenant } from "../../../../lambdas/core/access/tenants.ts";
import { comparePositions, type IndexPosition } from "../../../../lambdas/core/job/index-position.ts";
import { type Job, phaseTime, shownStatus } from "../../../../lambdas/core/job/job.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import { type JobStatus, jobStatuses } from "../../../../lambdas/core/kernel/job-status.ts";
import { never } from "../../../../lambdas/core/kernel/start-time.ts";
import {
  examinedAtMost,
  type ListQuery,
  listJobs,
  searchedShown,
} from "../../../../lambdas/core/operations/list-jobs.ts";
import type { JobStore } from "../../../../lambdas/core/ports/job-store.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { fakeJobStore } from "../../../support/fakes/job-store.ts";
import { fc } from "../../../support/properties.ts";

const tenants: Tenant[] = [{ product: "shop", env: "prd" }];

type Lists = Pick<JobStore, "page" | "getMany" | "shards">;

/** Counts what a list reads; `before` happens ahead of every read. */
function counting(store: Lists, before: () => Promise<void> = async () => {}) {
  const reads = { pages: 0, places: 0, batches: 0, jobs: 0 };
  const counted: Lists = {
    shards: store.shards,
    async page(query, after) {
      await before();
      const page = await store.page(query, after);
      reads.pages++;
      // DynamoDB bills what a query reads, which is up to its limit.
      reads.places += page.jobs.length;
      return page;
    },
    async getMany(ids) {
      await before();
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeLessThanOrEqual(100);
      reads.batches++;
      reads.jobs += ids.length;
      return store.getMany(ids);
    },
  };
  return { reads, counted };
}

/** Every page of a list, one after the other. */
async function walk(jobs: Lists, query: ListQuery, of = tenants, between: () => Promise<void> = async () => {}) {
  const pages: Job[][] = [];
  let after: IndexPosition | undefined;
  do {
    const listed = await listJobs(jobs, of, { ...query, ...(after && { after }) }, noon);
    pages.push(listed.jobs);
    after = listed.next;
    await between();
  } while (after);
  return pages;
}

test("a list reads eight partitions at a time", async () => {
  const store = fakeJobStore(aJob({ product: "shop" }));
  let [under, most] = [0, 0];
  const jobs: Lists = {
    ...store,
    shards: 16,
    async page(...asked) {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under--;
      return store.page(...asked);
    },
  };
  const { jobs: found } = await listJobs(jobs, tenants, { order: "desc", limit: 20 }, noon);
  expect({ most, found: found.length }).toEqual({ most: 8, found: 1 });
});

test("a list whose page is full, or that has ended, says nothing of how far it has looked", async () => {
  const store = fakeJobStore(...Array.from({ length: 3 }, () => aJob({ product: "shop" })));
  const full = await listJobs(store, tenants, { order: "desc", limit: 2 }, noon);
  const ended = await listJobs(store, tenants, { order: "desc", limit: 2, label: "none" }, noon);
  expect([full.next, ended.next].map((next) => next !== undefined)).toEqual([true, false]);
  expect([searchedShown(full), searchedShown(ended)]).toEqual([{}, {}]);
});

test("of paused jobs, which have no time, a list does not say how far back it has looked", () => {
  expect(searchedShown({ next: { id: "job_1", time: never }, examined: 1000 })).toEqual({ examined: 1000 });
});

test("a list of what is retried has the jobs of which an attempt has failed, and reads no jobs that have ended", async () => {
  const attempt = { attempt: 1, due_at: noon, started_at: noon, ended_at: noon, outcome: "failed" as const };
  const of = { product: "shop", attempts: [attempt] };
  const jobs = {
    waits: aJob({ ...of, status: "scheduled", attempt: 2, due_at: noon + 1000 }),
    runs: aJob({ ...of, status: "running", attempt: 3, lease_until: noon + 1, due_at: noon - 1 }),
    fresh: aJob({ product: "shop", status: "queued", due_at: noon - 1 }),
    again: aJob({ ...of, status: "queued", attempt: 2, retried_after: 1, due_at: noon - 1 }),
    failed: aJob({ ...of, status: "failed", attempt: 4, finished_at: noon }),
  };
  const phases = new Set<string>();
  const store = fakeJobStore(...Object.values(jobs));
  const watched: Lists = {
    ...store,
    page(query, after) {
      phases.add(query.phase);
      return store.page(query, after);
    },
  };
  const idsOf = async (retrying: boolean, of: Lists) =>
    (await listJobs(of, tenants, { order: "asc", limit: 20, retrying }, noon)).jobs.map(({ id }) => id);
  expect(await idsOf(true, watched)).toEqual([jobs.runs.id, jobs.waits.id]);
  expect([...phases]).toEqual(["pending"]);
  expect(new Set(await idsOf(false, store))).toEqual(new Set([jobs.fresh.id, jobs.again.id, jobs.failed.id]));
});

describe("the cost of a list", () => {
  const id = (i: number) => `job_${i.toString(16).padStart(31, "0")}${(i % 16).toString(16)}`;
  const statuses: JobStatus[] = ["completed", "failed", "cancelled", "scheduled", "queued", "paused"];
  const ends = ["completed", "failed", "cancelled"];
  /** Jobs of every status, a second apart; scheduled ones after noon, the others before. */
  const many = (count: number) =>
    fakeJobStore(
      ...Array.from({ length: count }, (_, i) => {
        const status = statuses[Math.floor(i / 16) % statuses.length] as JobStatus;
        const time = noon + (status === "scheduled" ? 1 : -1) * 1000 * (i + 1);
        return aJob({ id: id(i), status, due_at: time, ...(ends.includes(status) && { finished_at: time }) });
      }),
    );
  const stores = { thousand: many(1000), hundredThousand: many(100_000) };

  const costs = async (store: Lists, query: Partial<ListQuery>) => {
    const { reads, counted } = counting(store);
    const { jobs, next } = await listJobs(counted, tenants, { order: "desc", limit: 20, ...query }, noon);
    expect(jobs).toHaveLength(20);
    expect(next).toBeDefined();
    return reads;
  };

  it.each(statuses)("is the same for a page of %s jobs among 1,000 and among 100,000", async (status) => {
    for (const order of ["desc", "asc"] as const) {
      const few = await costs(stores.thousand, { status: [status], order });
      expect(await costs(stores.hundredThousand, { status: [status], order })).toEqual(few);
      expect(few.jobs).toBe(20);
      expect(few.pages).toBeLessThanOrEqual(24);
      expect(few.places).toBeLessThanOrEqual(120);
    }
  });

  it("is the same for a page of all jobs, of a range and further on", async () => {
    const after = { time: noon - 100_000, id: id(99) };
    for (const query of [{}, { from: noon - 200_000, until: noon - 1 }, { after }] as Partial<ListQuery>[]) {
      expect(await costs(stores.hundredThousand, query)).toEqual(await costs(stores.thousand, query));
    }
  });

  it("is limited where the filter lets nothing through", async () => {
    const { reads, counted } = counting(stores.hundredThousand);
    const listed = await listJobs(counted, tenants, { label: "none", order: "desc", limit: 100 }, noon);
    const { jobs, next } = listed;
    expect(jobs).toEqual([]);
    expect(next).toBeDefined();
    expect(listed.examined).toBe(examinedAtMost);
    expect(reads.jobs).toBe(examinedAtMost);
    expect(reads.batches).toBe(10);
    expect(reads.places).toBeLessThanOrEqual(6 * examinedAtMost);
  });
});

describe("the pages of a list", () => {
  const time = fc.integer({ min: -5, max: 5 }).map((offset) => noon + offset);
  const ended = new Set<JobStatus>(["completed", "failed", "cancelled"]);
  const job = fc
    .record({
      status: fc.constantFrom(...jobStatuses),
      time,
      env: fc.constantFrom("dev", "prd"),
      vip: fc.boolean(),
      series: fc.boolean(),
    })
    .map(({ status, time, env, vip, series }) =>
      aJob({
        status,
        env,
        due_at: time,
        ...(ended.has(status) && { finished_at: time }),
        ...(vip && { labels: ["vip"] }),
        ...(series && { repeat: { every: 1000, anchor: noon, overlap: "skip" as const } }),
      }),
    );
  const both: Tenant[] = [...tenants, { product: "shop", env: "dev" }];
  const placeOf = (job: Job): IndexPosition => ({ id: job.id, time: phaseTime(job) });
  const sorted = (jobs: Job[], order: "asc" | "desc") =>
    jobs.toSorted((a, b) => comparePositions(order)(placeOf(a), placeOf(b))).map(({ id }) => id);
  const query = fc.record({
    order: fc.constantFrom("asc" as const, "desc" as const),
    limit: fc.integer({ min: 1, max: 12 }),
  });

  it("hold a queued job that is due a moment ahead by this clock", async () => {
    const ahead = aJob({ status: "queued", env: "dev", due_at: noon + 1 });
    const pages = await walk(fakeJobStore(ahead), { order: "asc", limit: 1, status: ["queued"] }, both);
    expect(pages.flat().map(({ id }) => id)).toEqual([ahead.id]);
  });

  it("together are what a scan, a filter and a sort would give", async () => {
    const filter = fc.record(
      {
        status: fc.uniqueArray(fc.constantFrom(...jobStatuses), { minLength: 1 }),
        label: fc.constant("vip"),
        recurring: fc.boolean(),
        from: time,
        until: time,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(job, { maxLength: 60 }), query, filter, async (jobs, query, filter) => {
        const { status, label, recurring, from = 0, until = Number.POSITIVE_INFINITY } = filter;
        const expected = jobs.filter(
          (job) =>
            (!status || status.includes(shownStatus(job, noon))) &&
            (!label || job.labels?.includes(label)) &&
            (recurring === undefined || recurring === Boolean(job.repeat)) &&
            phaseTime(job) >= from &&
            phaseTime(job) <= until,
        );
        const pages = await walk(fakeJobStore(...jobs), { ...query, ...filter }, both);
        expect(pages.flat().map(({ id }) => id)).toEqual(sorted(expected, query.order));
        expect(pages.slice(0, -1).every((page) => page.length === query.limit)).toBe(true);
      }),
    );
  });

  it("hold each untouched job once and in order while others change", async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant("insert" as const), job }),
      fc.record({ kind: fc.constantFrom("finish" as const, "delay" as const, "remove" as const), which: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 5, maxLength: 60 }),
        query,
        fc.array(change),
        async (jobs, query, changes) => {
          const store = fakeJobStore(...jobs);
          const touched = new Set<string>();
          const script = changes.values();
          // One change before every read, so also between the reads of one page.
          const step = async () => {
            const { value: next } = script.next();
            if (!next) return;
            if (next.kind === "insert") {
              touched.add(next.job.id);
              await store.create(next.job);
              return;
            }
            const id = jobs[next.which % jobs.length]?.id ?? "";
            touched.add(id);
            const current = await store.get(id);
            if (!current) return;
            if (next.kind === "remove") await store.remove(current);
            else if (next.kind === "finish") await store.replace(cancelled(current, noon + 1, "moved"));
            else await store.replace({ ...current, due_at: current.due_at + 2, version: current.version + 1 });
          };
          const seen = (await walk(counting(store, step).counted, query, both, step)).flat().map(({ id }) => id);
          const untouched = jobs.filter(({ id }) => !touched.has(id));
          expect(seen.filter((id) => !touched.has(id))).toEqual(sorted(untouched, query.order));
        },
      ),
    );
  });

  it("hold a job once that the index names twice", async () => {
    const moved = aJob({ status: "completed", finished_at: noon });
    const store = fakeJobStore(moved);
    const behind: Lists = {
      ...store,
      page: async (query, after) => {
        const stale = query.phase === "pending" && query.shard === 0 && !after;
        return stale ? { jobs: [{ id: moved.id, time: noon - 1 }] } : store.page(query, after);
      },
    };
    const { jobs } = await listJobs(behind, tenants, { order: "desc", limit: 5 }, noon);
    expect(jobs).toHaveLength(1);
    expect((await listJobs(behind, tenants, { status: ["queued"], order: "desc", limit: 5 }, noon)).jobs).toEqual([]);
  });
});
