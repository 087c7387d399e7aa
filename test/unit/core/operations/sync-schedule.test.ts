import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { type Drift, driftOf, schedulesHash, wantedOf } from "../../../../lambdas/core/catalog/schedules.ts";
import { type Job, type JobMessage, jobMessageOf, type Repeat } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { afterClaim, parked } from "../../../../lambdas/core/job/transitions.ts";
import { changeJob, pauseJob, reschedule, runNow, skipNext } from "../../../../lambdas/core/operations/change-job.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { newMemory } from "../../../../lambdas/reconciler/memory.ts";
import { reconcile } from "../../../../lambdas/reconciler/reconcile.ts";
import { followedFor, syncSchedules } from "../../../../lambdas/reconciler/schedules.ts";
import { noon } from "../../../support/builders.ts";
import { action } from "../../../support/catalog/action.ts";
import { notification } from "../../../support/catalog/notification.ts";
import { fakeScheduleStates } from "../../../support/fakes/schedule-states.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const minute = 60_000;
const hour = 60 * minute;
const hourly = { event: "create_order", env: "prd", every: hour, input: { body: { sku: "A-1", customer: "c" } } };
const mail = { slug: "order_update", email: { to: "a@example.com", subject: { en: "Hi" }, template: { en: "Hi" } } };

interface Parts {
  tag?: string;
  event?: object;
  schedule?: object;
  /** Other parts of the product. */
  more?: object;
}

/** A product with one schedule. */
const product = ({ tag = "shop", event = {}, schedule = {}, more = {} }: Parts = {}): Product => {
  const { create_order, ...others } = { ...action.jobs, ...notification.jobs };
  const limits = { one: { concurrency: 1, key: "$Input{body}{customer}" }, few: { rate: { limit: 1, period: "1h" } } };
  return {
    ...{ tag, envs: ["dev", "prd"], ...action, ...notification, limits, constants: { team: "a" } },
    ...more,
    jobs: { create_order: { ...create_order, ...event }, ...others },
    schedules: { tick: { ...hourly, ...schedule } },
  } as unknown as Product;
};

const ok: Execute = async () => ({ ok: true });

function world() {
  const services = fakeServices({ catalog: makeCatalog([], registry) });
  const states = fakeScheduleStates();
  let memory = newMemory();
  /** A round of code with `products`, in an environment that has the hash of `env`. */
  const round = (products: readonly Product[] = services.catalog.products, env = products, code = "") =>
    syncSchedules(
      { ...services, catalog: makeCatalog(products, registry) },
      { states, hash: followedFor(schedulesHash(env), code) },
      memory,
      Number.POSITIVE_INFINITY,
    );
  const deploy = async (...products: Product[]) => {
    services.catalog = makeCatalog(products, registry);
    memory = newMemory();
    await round();
  };
  const idOf = (tag = "shop") => wantedOf([product({ tag })])[0]?.job_id ?? "";
  const job = (tag?: string) => services.jobs.peek(idOf(tag)) as Job;
  const run = (execute: Execute = ok, message: JobMessage = jobMessageOf(job())) =>
    runJob(services, execute, message, { random: () => 0 });
  const drift = (): Drift[] => driftOf(job(), wantedOf(services.catalog.products)[0]);
  const change = (what: Parameters<typeof changeJob>[2]) => changeJob(services, idOf(), what);
  /** The messages that are in a queue or with the Scheduler. */
  const messages = () => [
    ...services.queue.sent.map(({ message }) => message),
    ...[...services.scheduler.schedules.values()].map(({ message }) => message),
  ];
  return { ...services, services, states, deploy, round, job, run, drift, change, messages, hash: schedulesHash };
}

/** What no definition decides: the names of the job, its writes and its time. */
const definitionOf = ({ version, write_id, created_at, due_at, scheduled_at, status, run, ...rest }: Job) => {
  const { last_run, planned_since, repeat, schedule, input, ...definition } = rest;
  return { ...definition, input: "inline" in input ? input.inline : input, repeat: { ...repeat, anchor: 0 } };
};

const variants: [string, Parts][] = [
  ["limits", { event: { limits: ["one", "few"] } }],
  ["another key of a limit", { event: { limits: ["one"] }, more: { limits: { one: { concurrency: 1, key: "k" } } } }],
  ["a key with another constant", { event: { limits: ["one"] }, more: keyed("b") }],
  ["a priority", { event: { priority: 20 } }],
  ["a priority of its own", { schedule: { priority: 7 } }],
  ["a cache tag", { schedule: { cache: "nightly" } }],
  ["retries and a timeout", { event: { retries: 9, timeout_ms: 5000, retry_config: { max_delay: 4000 } } }],
  ["retries of its own", { schedule: { retries: 8 } }],
  ["a turn", { event: { fairness_key: "$Input{body}{customer}" } }],
  ["hidden parts", { event: { redact: ["/body/sku"] } }],
  ["expressions", { event: { expressions: true } }],
  ["labels", { schedule: { labels: ["a", "b"] } }],
  ["one job at a time", { event: { unique: { key: "$Input{body}{customer}" } } }],
  ["an input", { schedule: { input: { body: { sku: "B-2", customer: "d" } } } }],
  ["another type", { schedule: { event: "send_notification", input: mail } }],
  ["another rhythm", { schedule: { every: undefined, cron: "0 4 * * *", tz: "Europe/Berlin", overlap: "queue" } }],
];
const plain: Parts = {};
const pairs = variants.flatMap(([name, parts]) => [
  { from: "nothing", before: plain, to: name, after: parts },
  { from: name, before: parts, to: "nothing", after: plain },
]);

function keyed(team: string) {
  return { constants: { team }, limits: { one: { concurrency: 1, key: "$Constant{team}" } } };
}

describe("a deployed change of a schedule or its event", () => {
  it.each(pairs)("from $from to $to makes the job that a first deployment makes", async ({ before, after }) => {
    const [w, first] = [world(), world()];
    await w.deploy(product(before));
    await w.clock.advance(minute);
    await w.deploy(product(after));
    await first.deploy(product(after));
    expect(definitionOf(w.job())).toEqual(definitionOf(first.job()));
    expect(w.drift()).toEqual([]);
  });

  it("is shown as drift until it has been followed", async () => {
    const w = world();
    await w.deploy(product());
    w.services.catalog = makeCatalog([product({ event: { limits: ["one"] } })], registry);
    expect(w.drift()).toEqual(["outdated"]);
    await w.deploy(product({ event: { description: "Orders.", limits: ["one"] } }));
    expect(w.drift()).toEqual([]);
    w.services.catalog = makeCatalog([product({ event: { description: "Other words.", limits: ["one"] } })], registry);
    expect(w.drift()).toEqual([]);
  });

  it("keeps the runs, their numbers and the next time", async () => {
    const w = world();
    await w.deploy(product());
    await w.run();
    const before = w.job();
    await w.deploy(product({ event: { retries: 9 } }));
    const { created_at, run, due_at, scheduled_at, last_run, status } = before;
    expect(w.job()).toMatchObject({ created_at, run: 2, due_at, scheduled_at, last_run, status, retries: 9 });
    expect([
      run,
      w.jobs.archived().length,
      (await w.jobs.runs(before.id, { limit: 9, order: "asc" })).runs.length,
    ]).toEqual([2, 1, 1]);
    await w.clock.advance(hour);
    await w.run();
    expect(w.jobs.archived()).toMatchObject([{ run: 1 }, { run: 2, created_at }]);
  });

  it("is taken back by a roll back", async () => {
    const w = world();
    await w.deploy(product());
    const before = w.job();
    await w.deploy(product({ event: { limits: ["one"], priority: 3 }, schedule: { cache: "c" } }));
    await w.deploy(product());
    expect(definitionOf(w.job())).toEqual(definitionOf(before));
  });

  it("of one product leaves the jobs of another one alone", async () => {
    const w = world();
    await w.deploy(product(), product({ tag: "other" }));
    const other = w.job("other");
    await w.deploy(product({ event: { limits: ["one"] } }), product({ tag: "other" }));
    expect(w.job().gates).toEqual([{ limit: "one", key: "c" }]);
    expect(w.job("other")).toEqual(other);
  });
});

describe("a series that gets limits", () => {
  it.each([
    ["in its queue", {}, 0],
    ["with the Scheduler", { every: undefined, cron: "0 18 * * *" }, 6 * hour],
  ])("passes them though a message without them is %s", async (_where, schedule, ahead) => {
    const w = world();
    await w.deploy(product({ schedule }));
    const [early] = w.messages();
    await w.deploy(product({ schedule, event: { limits: ["one"] } }));
    await w.clock.advance(ahead + 1);
    let runs = 0;
    await w.run(async () => runs++, early);
    expect(runs).toBe(0);
    expect(w.messages()).toContainEqual(jobMessageOf(w.job()));
    expect(jobMessageOf(w.job())).toMatchObject({ gated: true, due_at: noon + ahead + 1 });
    await w.run(async () => runs++);
    expect(runs).toBe(1);
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", scheduled_at: noon + ahead }]);
  });

  it("runs with no other job of its key", async () => {
    const w = world();
    await w.deploy(product());
    await w.deploy(product({ event: { limits: ["one"] } }));
    await w.clock.advance(1);
    const gate = { product: "shop", env: "prd", limit: "one", key: "c" };
    const other = { job: "job_other", turn: "1.1.0.0", now: noon };
    await w.gates.take({ ...gate, part: 0 }, { ...other, slot: { lease: noon + hour, limit: 1 } });
    let runs = 0;
    await w.run(async () => runs++);
    expect(runs).toBe(0);
    expect((await w.gates.look(gate, { limit: 9 })).waiters).toMatchObject([{ job: w.job().id }]);
  });

  it("leaves the line of a limit that its event has lost", async () => {
    const w = world();
    await w.deploy(product({ event: { limits: ["one"] } }));
    const gate = { product: "shop", env: "prd", limit: "one", key: "c" };
    const other = { job: "job_other", turn: "1.1.0.0", now: noon };
    await w.gates.take({ ...gate, part: 0 }, { ...other, slot: { lease: noon + hour, limit: 1 } });
    await w.run();
    const early = jobMessageOf(w.job());
    await w.deploy(product());
    await w.clock.advance(1);
    await w.run(ok, early);
    expect(w.jobs.archived()).toEqual([]);
    await w.run();
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", scheduled_at: noon }]);
  });

  it("leaves its line for other limits, and keeps its place for the same", async () => {
    const w = world();
    const limits = ["few"];
    await w.deploy(product({ event: { limits } }));
    const gate = { product: "shop", env: "prd", limit: "few", key: "" };
    const other = { job: "job_other", turn: "1.1.0.0", now: noon, rate: { increment: hour * 1000, burst: 1 } };
    for (let start = 0; start < 2; start++) await w.gates.take({ ...gate, part: 0 }, other);
    await w.run();
    const waits = w.job();
    const line = async () => (await w.gates.look(gate, { limit: 9 })).waiters.map(({ job }) => job);
    expect([waits.status, waits.due_at, await line()]).toEqual(["queued", noon, [waits.id]]);
    await w.deploy(product({ event: { limits, retries: 9 } }));
    expect([w.job().due_at, w.job().retries, await line()]).toEqual([noon, 9, [waits.id]]);
    await w.deploy(product({ event: { limits: ["one"] } }));
    expect(w.job()).toMatchObject({ due_at: noon + 1, scheduled_at: noon });
    expect(await line()).toEqual([]);
  });

  it("ignores messages from before if its times change", async () => {
    const w = world();
    await w.deploy(product({ schedule: { cron: "0 12 * * *" } }));
    const early = jobMessageOf(w.job());
    await w.deploy(product({ schedule: { cron: "0 0,12 * * *" }, event: { limits: ["one"] } }));
    await w.clock.advance(Math.max(0, early.due_at - w.clock.now()));
    await w.run(ok, early);
    expect(w.jobs.archived()).toEqual([]);
  });
});

describe("a deployment while a run is under way", () => {
  const now = noon;
  const atWork = (job: Job) => afterClaim(job, { claimId: "c", now, leaseMarginMs: 1000 });
  const under: [string, (w: ReturnType<typeof world>) => Promise<unknown>][] = [
    ["is at work", (w) => w.jobs.replace(atWork(w.job()))],
    ["has crashed", (w) => w.jobs.replace({ ...atWork(w.job()), lease_until: 0 })],
    ["has crashed, and waits for a start", (w) => w.jobs.replace({ ...w.job(), claims: 1, version: 2 })],
    [
      "is parked",
      async (w) => {
        await w.jobs.replace(atWork(w.job()));
        await w.jobs.replace(parked(w.job(), { inline: {} }, noon + minute));
      },
    ],
    ["waits for its retry", (w) => w.run(failing({ retryable: true }))],
    ["was put off by its provider", (w) => w.run(failing({ retryable: true, retryAfterMs: minute }))],
  ];
  function failing(options: object): Execute {
    return () => Promise.reject(new JobError("RATE_LIMITED", "Slow down.", options));
  }

  it.each(under)("that %s lets it end unchanged, and changes the series after it", async (_how, begin) => {
    const w = world();
    await w.deploy(product());
    await begin(w);
    const before = w.job();
    await w.deploy(product({ event: { limits: ["one"] } }));
    expect(w.job()).toEqual(before);
    expect((await w.states.get())?.hash).not.toBe(w.hash(w.services.catalog.products));
    await w.clock.advance(10 * minute);
    await w.run();
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed" }]);
    await w.round();
    expect(w.job()).toMatchObject({ run: 2, gates: [{ limit: "one", key: "c" }], scheduled_at: noon + hour });
    expect((await w.states.get())?.hash).toBe(w.hash(w.services.catalog.products));
  });
});

it("a series that a later version has changed waits for that version", async () => {
  const w = world();
  await w.deploy(product());
  const { version, ...job } = w.job();
  await w.jobs.replace({ ...job, version: version + 1, status: "held" as never });
  const before = w.job();
  await w.deploy(product({ event: { limits: ["one"] } }));
  expect(w.job()).toEqual(before);
  expect((await w.states.get())?.hash).not.toBe(w.hash(w.services.catalog.products));
  expect(w.log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

describe("the time of the next run", () => {
  const other = { event: { retries: 9 } };

  it("stays as a caller has chosen or skipped to", async () => {
    const w = world();
    await w.deploy(product());
    await w.run();
    await w.change(skipNext);
    await w.deploy(product(other));
    expect(w.job()).toMatchObject({ run: 2, scheduled_at: noon + 2 * hour });
    await w.change(reschedule({ due_at: noon + 90 * minute }));
    await w.deploy(product());
    expect(w.job()).toMatchObject({ run: 2, due_at: noon + 90 * minute, moved: true });
    await w.change(runNow);
    await w.deploy(product(other));
    expect(w.job()).toMatchObject({ status: "queued", run: 2, due_at: w.clock.now(), moved: true });
  });

  it("stays if only the policy for missed runs changes", async () => {
    const w = world();
    await w.deploy(product());
    await w.clock.advance(10 * minute);
    await w.deploy(product({ schedule: { overlap: "queue", missed: "all" } }));
    expect(w.job()).toMatchObject({ status: "queued", due_at: noon, repeat: { overlap: "queue", missed: "all" } });
  });

  it("stays with the missed occurrences that the run stands for", async () => {
    const w = world();
    await w.deploy(product());
    await w.jobs.replace({ ...w.job(), coalesced_until: noon + hour, version: 2 });
    await w.deploy(product(other));
    expect(w.job()).toMatchObject({ due_at: noon, coalesced_until: noon + hour });
  });

  it("is planned anew if its day is excepted or its series was changed by hand", async () => {
    const w = world();
    const nightly = { every: undefined, cron: "0 2 * * *" };
    await w.deploy(product({ schedule: nightly }));
    await w.deploy(product({ schedule: { ...nightly, except: ["2030-01-02"] } }));
    expect(w.job().due_at).toBe(Date.parse("2030-01-03T02:00:00Z"));
    const often: Repeat = { every: minute, anchor: noon, overlap: "skip" };
    await w.change(reschedule({ repeat: often }));
    expect(w.drift()).toEqual(["rescheduled"]);
    await w.deploy(product({ schedule: nightly }));
    expect(w.job()).toMatchObject({ due_at: Date.parse("2030-01-02T02:00:00Z"), repeat: { cron: "0 2 * * *" } });
    await w.change(pauseJob);
    await w.deploy(product({ ...other, schedule: nightly }));
    expect(w.job()).toMatchObject({ status: "scheduled", due_at: Date.parse("2030-01-02T02:00:00Z") });
  });

  it("is kept by the reconciler, which sends its message again", async () => {
    const w = world();
    await w.deploy(product());
    await w.deploy(product({ event: { limits: ["one"] } }));
    w.queue.sent.length = 0;
    await w.clock.advance(2 * minute);
    await reconcile(w.services, minute, newMemory());
    expect(w.queue.sent).toMatchObject([{ message: { job_id: w.job().id, gated: true } }]);
  });
});

describe("code and environment of two deployments", () => {
  const added = product({ schedule: { every: 2 * hour } });

  it.each(["", "new.zip"])("follow no schedule until both are new", async (code) => {
    const w = world();
    await w.deploy(product());
    const before = w.job();
    const state = await w.states.get();
    await w.round([product()], [added], code);
    expect([w.job(), await w.states.get()]).toEqual([before, state]);
    expect(w.log.lines).toContainEqual(expect.objectContaining({ level: "warn" }));
    await w.round([added], [added], code);
    expect(w.job().repeat?.every).toBe(2 * hour);
    await w.round([added], [product()], "old.zip");
    expect(w.job().repeat?.every).toBe(2 * hour);
  });
});
