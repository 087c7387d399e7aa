import type { Attempt } from "../../../../lambdas/core/job/attempt.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { stepJobId } from "../../../../lambdas/core/job/job-id.ts";
import { costOf } from "../../../../lambdas/core/queries/cost.ts";
import { type JobCost, jobCost } from "../../../../lambdas/core/queries/job-cost.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const hour = 3_600_000;
const tenant = { product: "my-product", env: "prd" } as const;
const of = (bytes: number) => ({ inline: { body: "x".repeat(bytes - '{"body":""}'.length) } });
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  ...{ attempt: 1, due_at: noon, started_at: noon, ended_at: noon + 200, outcome: "completed" },
  ...more,
});

/** A job that a key has asked for at noon, and that took 200 ms. */
const done = (more: Partial<Job> = {}): Job =>
  aJob({
    ...tenant,
    ...{ event: "create_order", created_at: noon, due_at: noon, scheduled_at: noon, input: of(110) },
    ...{ status: "completed", finished_at: noon + 200, made_by: "k:0123456789abcdef", attempts: [attempt()] },
    ...more,
  });
const later = (more: Partial<Job> = {}): Job => {
  const due_at = noon + 2 * hour;
  const times = { due_at, started_at: due_at, ended_at: due_at + 200 };
  return done({ due_at, scheduled_at: due_at, finished_at: due_at + 200, attempts: [attempt(times)], ...more });
};

const costOfJob = (job: Job, others: Job[] = [], most?: { runs: number; steps: number }) =>
  jobCost(fakeServices({ catalog, jobs: [job, ...others] }), job, noon + 9 * hour, most);
const perMillion = ({ usd }: Pick<JobCost, "usd">) => Math.round(usd * 1e8) / 100;
const count = ({ breakdown }: JobCost, what: string) =>
  breakdown.filter((line) => line.what.startsWith(what)).reduce((sum, line) => sum + line.count, 0);

describe("the cost of a job", () => {
  // docs/operations/costs.md has the second figures, of an input of half a kilobyte.
  it.each([
    ["now", done(), 9.28],
    ["now, with an input of half a kilobyte", done({ input: of(500) }), 11.15],
    ["later", later(), 13.64],
    ["later, with an input of half a kilobyte", later({ input: of(500) }), 15.52],
  ])("%s is what explain says of it, if it took what explain assumes", async (_, job, published) => {
    const cost = await costOfJob(job);
    expect(perMillion(cost)).toBeCloseTo(published, 1);
    expect(cost.estimated.usd_per_million).toBeCloseTo(published, 1);
    expect(cost).not.toHaveProperty("so_far");
    expect(cost).not.toHaveProperty("unknown");
  });

  it("is the sum of its parts, and of its lines", async () => {
    const { usd, parts, breakdown } = await costOfJob(later());
    expect(parts.reduce((sum, part) => sum + part.usd, 0)).toBeCloseTo(usd, 12);
    expect(breakdown.reduce((sum, line) => sum + line.usd, 0)).toBeCloseTo(usd, 12);
    expect(parts.map(({ part }) => part).sort()).toEqual([
      "events",
      "functions",
      "queues",
      "requests",
      "schedules",
      "table",
    ]);
  });

  it("grows with how long it took, by the memory of its consumer", async () => {
    const slow = done({ attempts: [attempt({ ended_at: noon + 60_000 })], finished_at: noon + 60_000 });
    const services = { ...fakeServices({ catalog, jobs: [] }), memory: { action: 1024 } };
    const seconds = (cost: JobCost) => count(cost, "Lambda: the consumer's time");
    expect(seconds(await costOfJob(slow))).toBe(15);
    expect(seconds(await jobCost(services, slow, noon))).toBe(60);
  });

  it("has each attempt, with the schedule of one that came much later", async () => {
    const at = noon + 20 * 60_000;
    const retried = done({
      attempt: 3,
      attempts: [
        attempt({ outcome: "failed" }),
        attempt({ attempt: 2, due_at: noon + 1000, started_at: noon + 1000, ended_at: noon + 1200, outcome: "failed" }),
        attempt({ attempt: 3, due_at: at, started_at: at, ended_at: at + 200 }),
      ],
    });
    const [once, cost] = [await costOfJob(done()), await costOfJob(retried)];
    expect(count(cost, "EventBridge Scheduler")).toBe(1);
    // One message each, and the early one of the schedule.
    expect(count(cost, "SQS")).toBe(12);
    expect(count(cost, "Lambda: requests")).toBe(count(once, "Lambda: requests") + 3);
    // The job is moved to the time of each further attempt, and claimed again.
    expect(count(cost, "DynamoDB: writes to the index")).toBe(count(once, "DynamoDB: writes to the index") + 4);
    expect(count(cost, "DynamoDB: writes that create")).toBeGreaterThanOrEqual(4 + 2 * 3);
    expect(cost.estimated).toEqual(once.estimated);
  });

  it("says which attempts are no longer kept, and takes them to be like the others", async () => {
    const attempts = Array.from({ length: 25 }, (_, i) => attempt({ attempt: i + 6, outcome: "failed" }));
    const cost = await costOfJob(done({ status: "failed", attempt: 30, attempts }));
    expect(cost.unknown).toEqual([expect.stringMatching(/^5 earlier attempts, which are no longer kept/)]);
    expect(count(cost, "SQS")).toBeCloseTo(90 - (5 / 25) * 3, 5);
  });

  it("has what limits use, and what standing in their lines does", async () => {
    const gates = [{ limit: "partner", key: "" }];
    const passed = await costOfJob(done({ event: "call_partner", gates }));
    const stood = attempt({ held: { limits: [{ limit: "partner", ms: 60_000 }] } });
    const waited = await costOfJob(done({ event: "call_partner", gates, attempts: [stood] }));
    expect(count(passed, "DynamoDB: writes of limits")).toBe(2);
    expect(count(passed, "DynamoDB: reads of limits")).toBe(1.5);
    // docs/benchmarks.md: 5.63 more than no limit, in a line of twenty, some of it for the time of calls.
    expect(perMillion(waited) - perMillion(await costOfJob(done({ event: "call_partner" })))).toBeCloseTo(5.5, 0);
    const rated = await costOfJob(done({ event: "call_partner", gates: [{ limit: "customer", key: "c" }] }));
    expect(count(rated, "DynamoDB: writes of limits")).toBe(1);
    const dropped = await costOfJob(done({ gates: [{ limit: "constructor", key: "" }] }));
    expect(count(dropped, "DynamoDB: writes of limits")).toBe(2);
  });

  it("has a large input in the bucket", async () => {
    const cost = await costOfJob(done({ input: { blob: "inputs/1", bytes: 600_000 } }));
    expect(count(cost, "S3: storing")).toBe(1);
    expect(count(cost, "S3: reading")).toBe(1);
    // API Gateway counts by 512 KB.
    expect(count(cost, "API Gateway")).toBe(2);
    expect(cost.estimated.breakdown).toContainEqual(expect.objectContaining({ what: "S3: storing the input" }));
  });

  it("has the requests that share it, its search fields, and the last change of a caller", async () => {
    const debounce = { key: "c", until: noon, requests: 3 };
    const shared = await costOfJob(done({ debounce }));
    expect(count(shared, "API Gateway")).toBe(3);
    expect(count(shared, "DynamoDB: reads of shared keys")).toBe(8);
    const search = { rev: "r", values: { order: "A-1", customer: "c", country: "de" }, sealed: { mail: "0f3a" } };
    expect(count(await costOfJob(done({ search })), "DynamoDB: entries of the search")).toBe(4);
    expect(count(await costOfJob(done({ search, status: "failed" })), "DynamoDB: entries of the search")).toBe(8);
    const by = { actor: "k:0123456789abcdef", change: "retry", at: noon + 1 } as const;
    const changed = await costOfJob(done({ by }));
    expect(count(changed, "API Gateway")).toBe(2);
    expect(count(changed, "DynamoDB: the audit")).toBe(1);
  });

  it("of a job that a schedule or a queue has brought has no request of the API", async () => {
    const scheduled = await costOfJob(done({ schedule: { name: "nightly", fingerprint: "f" } }));
    expect(count(scheduled, "API Gateway")).toBe(0);
    const brought = await costOfJob(done({ made_by: "s:sqs" }));
    expect([count(brought, "API Gateway"), count(brought, "SQS")]).toEqual([0, 6]);
  });

  it("is of what it has used so far, as long as it has not ended", async () => {
    const { made_by: _, ...waiting } = aJob({ ...tenant, created_at: noon, due_at: noon + 9 * hour });
    const cost = await costOfJob({ ...waiting, status: "scheduled", made_by: "k:0123456789abcdef" });
    expect(cost.so_far).toBe(true);
    expect(count(cost, "EventBridge")).toBe(0);
    expect(count(cost, "SQS")).toBe(0);
    expect(cost.usd * 1e6).toBeLessThan(cost.estimated.usd_per_million / 2);
    const running = await costOfJob(done({ status: "running", attempts: [] }));
    expect(count(running, "SQS")).toBe(3);
  });

  it("of a job that never began has a message that was dropped", async () => {
    const cost = await costOfJob(done({ status: "cancelled", attempts: [], reason: "expired" }));
    expect(count(cost, "SQS")).toBe(3);
    expect(count(cost, "Lambda: the consumer's time")).toBe(0);
  });

  it("of a job that an earlier version has stored says what is not known", async () => {
    const { made_by: _, ...before } = done();
    const cost = await costOfJob(before);
    expect(cost.unknown).toEqual([expect.stringContaining("one HTTP request is taken")]);
    expect(perMillion(cost)).toBeCloseTo(9.28, 1);
  });

  it("of a type that only a later version knows is an estimate all the same", async () => {
    const cost = await costOfJob(done({ type: "quantum" as Job["type"], event: "constructor" }));
    expect(perMillion(cost)).toBeCloseTo(9.28, 1);
  });

  it("of a series is that of its latest runs, and says how many", async () => {
    const repeat = { every: hour, anchor: noon, overlap: "skip" } as const;
    const series = done({ repeat, run: 4, status: "scheduled", attempts: [], due_at: noon + 3 * hour });
    const services = fakeServices({ catalog, jobs: [series] });
    for (const run of [1, 2, 3]) {
      const at = noon + (run - 1) * hour;
      const ran = attempt({ due_at: at, started_at: at, ended_at: at + 200 });
      const times = { created_at: noon, scheduled_at: at, due_at: at, started_at: at, finished_at: at + 200 };
      await services.jobs.archive({
        job_id: series.id,
        run,
        version: run,
        status: "completed",
        ...times,
        attempts: [ran],
      });
    }
    const cost = await jobCost(services, series, noon + 3 * hour);
    expect(cost.runs).toEqual({ examined: 4, of: 4 });
    // The second and the third came by the Scheduler, and the fourth has still to come.
    expect(count(cost, "EventBridge Scheduler")).toBe(2);
    expect(count(cost, "EventBridge: final events")).toBe(3);
    expect(count(cost, "API Gateway")).toBe(1);
    const few = await jobCost(services, series, noon + 3 * hour, { runs: 2, steps: 1000 });
    expect(few.runs).toEqual({ examined: 3, of: 4 });
    expect(count(few, "API Gateway")).toBe(0);
  });
});

describe("the cost of a feature", () => {
  const feature = (progress: Record<string, unknown>) =>
    done({
      ...{ type: "feature", event: "place_order", finished_at: noon + hour, progress: { inline: progress } },
      // From the first decision to the last.
      attempts: [attempt({ ended_at: noon + hour })],
    });
  const stepsOf = (job: Job, names: string[]) =>
    names.map((name) => {
      const message = { v: 1, job_id: job.id, run: 1, attempt: 1, due_at: noon } as const;
      const { made_by: _, ...step } = done({ id: stepJobId(job, name), parent: { message, step: name } });
      return step;
    });
  const states = (jobs: readonly Job[]) =>
    Object.fromEntries(
      jobs.map(({ id, parent }) => [
        parent?.step,
        { status: "completed", job_id: id, started_at: noon, finished_at: noon + 200 },
      ]),
    );
  const names = ["main.reserve", "main.charge", "main.ship"];

  it("has its steps with the decisions that they wake, and not the time in between", async () => {
    const bare = feature({});
    const steps = stepsOf(bare, names);
    const whole = { ...bare, progress: { inline: states(steps) } };
    const [alone, cost] = [await costOfJob(whole), await costOfJob(whole, steps)];
    expect(cost.steps).toMatchObject({ examined: 3 });
    expect(cost.usd).toBeCloseTo(alone.usd + (cost.steps?.usd ?? 0), 12);
    expect(count(cost, "API Gateway")).toBe(1);
    expect(count(cost, "EventBridge: final events")).toBe(4);
    // A decision at the start and after each step, of 200 ms and 320 MB, and three steps of 256 MB.
    expect(count(cost, "Lambda: the consumer's time")).toBeCloseTo(4 * 0.2 * (320 / 1024) + 3 * 0.2 * 0.25, 4);
    // docs/benchmarks.md has counted 13.43 for a step, of which some is for functions and logs that are not counted here.
    expect(((cost.steps?.usd ?? 0) / 3) * 1e6).toBeGreaterThan(9.5);
    expect(((cost.steps?.usd ?? 0) / 3) * 1e6).toBeLessThan(13.43);
  });

  it("says how many steps were looked at, if there are more, and which are gone", async () => {
    const bare = feature({});
    const steps = stepsOf(bare, names);
    const whole = { ...bare, progress: { inline: states(steps) } };
    expect((await costOfJob(whole, steps, { runs: 1, steps: 2 })).steps).toMatchObject({ examined: 2, more: true });
    expect((await costOfJob(whole, steps.slice(1))).steps).toMatchObject({ examined: 2, missing: 1 });
  });

  it("has the steps of a feature that is a step, and the undo of steps", async () => {
    const bare = feature({});
    const [inner] = stepsOf(bare, ["main.inner"]) as [Job];
    const nested = stepsOf(inner, ["main.a", "main.b"]);
    const child = { ...inner, type: "feature" as const, event: "place_order", progress: { inline: states(nested) } };
    const [undo] = stepsOf(bare, ["main.inner/undo"]) as [Job];
    const state = {
      ...states([child])["main.inner"],
      undo: { status: "completed", job_id: undo.id, finished_at: noon },
    };
    const whole = { ...bare, progress: { inline: { "main.inner": state } } };
    expect((await costOfJob(whole, [child, undo, ...nested])).steps).toMatchObject({ examined: 4 });
  });

  it("has waits, approvals and own code, which are no jobs", async () => {
    const day = 24 * hour;
    const wait = { status: "completed", started_at: noon, until: noon + day, finished_at: noon + day, waits_for: [] };
    const cost = await costOfJob(
      feature({
        "main.wait": wait,
        "main.own": { status: "completed", started_at: noon, finished_at: noon + 2000 },
        "main.ask": { ...wait, finished_at: noon + 1, approval: { id: "a", title: "t", choices: [], asked: [] } },
      }),
    );
    expect(count(cost, "DynamoDB: writes of waits and approvals")).toBe(2 + 5);
    // Only what ends by time comes by the Scheduler.
    expect(count(cost, "EventBridge Scheduler")).toBe(1);
    expect(count(cost, "Lambda: the time of own code")).toBe(1);
    expect(count(cost, "DynamoDB: writes of decisions")).toBe(8);
    expect(cost.steps).toMatchObject({ examined: 0 });
  });
});

it("own code is billed by its function, and no consumer waits for it", async () => {
  const own = { feature: "place_order", key: "price", part: 1 };
  const long = [attempt({ ended_at: noon + 60_000 })];
  const step = done({ type: "function", event: "place_order/price", own_step: own, attempts: long });
  const cost = await costOfJob(step);
  expect(count(cost, "Lambda: the time of own code")).toBe(30);
  expect(count(cost, "Lambda: the consumer's time")).toBeCloseTo(0.05, 5);
});

it("the published prices of a small job are those of an input of half a kilobyte", () => {
  const cost = (inputBytes: number, isLater: boolean) =>
    costOf({
      route: isLater ? { via: "scheduler", at: 1 } : { via: "queue", delaySeconds: 0 },
      ...{ immediate: !isLater, inputBytes, memoryMb: 256 },
    }).usd_per_million;
  expect([cost(500, false), cost(500, true)]).toEqual([11.15, 15.52]);
});
