import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { call, featureWorld } from "../../../../support/feature-world.ts";

const minute = 60_000;
const hour = 60 * minute;

const shipping: FeatureTarget = {
  sequences: {
    main: [
      {
        event: "create",
        for_each: { items: "$Input{lines}", as: "line", concurrency: 4 },
        undo: { event: "remove", each: true, input: { body: { parcel: "$Step{body}{id}", sku: "$Each{line}" } } },
      },
      { event: "mail", delay: hour },
    ],
  },
};

const fails = (): never => {
  throw new JobError("NOT_FOUND", "The API answered 404.");
};

describe("the undo of the items of a step", () => {
  it("costs as much for each item, in items and reads as large, however many there are", async () => {
    const measured = async (many: number) => {
      const w = featureWorld({ onboard: shipping }, { mail: fails }, { jobs: { remove: call("create") } });
      const id = await w.start("onboard", { lines: Array.from({ length: many }, (_, i) => `S-${i}`) });
      await w.pass(minute);
      const seen = { writes: 0, largest: 0, mostRead: 0, puts: 0 };
      const { jobs, blobs } = w.services;
      const { create, claim, replace, getMany } = jobs;
      const { put } = blobs;
      const note = (job: Job) => {
        seen.writes += 1;
        seen.largest = Math.max(seen.largest, JSON.stringify({ ...job, input: undefined }).length);
      };
      Object.assign(jobs, {
        create: async (job: Job) => {
          const outcome = await create(job);
          if (outcome.outcome === "created") note(job);
          return outcome;
        },
        claim: async (...args: Parameters<typeof claim>) => {
          const outcome = await claim(...args);
          if (outcome.outcome === "claimed") note(outcome.job);
          return outcome;
        },
        replace: async (next: Job, writeId?: string) => {
          const outcome = await replace(next, writeId);
          if (outcome === "replaced") note(next);
          return outcome;
        },
        getMany: async (ids: string[]) => {
          seen.mostRead = Math.max(seen.mostRead, ids.length);
          return getMany(ids);
        },
      });
      blobs.put = async (...args) => {
        seen.puts += 1;
        return put(...args);
      };
      await w.pass(2 * hour);
      expect(w.ran.filter(({ event }) => event === "remove")).toHaveLength(many);
      expect(await jobs.get(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
      return { ...seen, writesEach: seen.writes / many };
    };
    const [small, large] = [await measured(200), await measured(2000)];
    expect(large.writesEach).toBeLessThan(small.writesEach * 1.02);
    expect(large.writesEach).toBeLessThan(5.5);
    // The inputs of each page, once for the list and once for the page.
    expect(large.puts).toBeLessThanOrEqual(10 * small.puts);
    expect(large.largest).toBeLessThan(small.largest * 1.1);
    expect(large.largest).toBeLessThan(4000);
    expect(large.mostRead).toBeLessThanOrEqual(100);
  }, 600_000);
});
