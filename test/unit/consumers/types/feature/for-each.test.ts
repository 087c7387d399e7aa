import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { isFinished, type Job, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { cancel, changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { blobRetentionDays } from "../../../../../lambdas/topology.ts";
import { throttled } from "../../../../support/fakes/failures.ts";
import { type Actions, call, featureWorld, stepsOf } from "../../../../support/feature-world.ts";

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

type Step = FeatureTarget["sequences"][string][number];
type ForEach = NonNullable<Step["for_each"]>;

/** A feature that charges each line of its input. */
const shipping = (more: Partial<Step> = {}, forEach: Partial<ForEach> = {}): FeatureTarget => ({
  sequences: {
    main: [
      {
        event: "charge",
        step: "ship",
        for_each: { items: "$Input{lines}", as: "line", ...forEach },
        input: { body: { sku: "$Each{line}{sku}", at: "$Each{index}" } },
        ...more,
      },
    ],
  },
});

/** Whether the bucket deletes an object by its age. */
const isDeletedByAge = (key: string) => Object.keys(blobRetentionDays(30)).some((prefix) => key.startsWith(prefix));

const lines = (many: number) => Array.from({ length: many }, (_, i) => ({ sku: `S-${i}` }));
const indexes = (many: number) => Array.from({ length: many }, (_, i) => i);
const indexOf = (input: unknown) => (input as { body: { at: number } }).body.at;

/** Answers each item with its index. */
const echo: Actions = { charge: ({ input }) => indexOf(input) };

const resultOf = (job: Job | undefined): unknown =>
  (job?.result as { inline: { main: { ship: unknown } } } | undefined)?.inline.main.ship;

/** The same world, in which is counted what its store and its items do. */
function watched(target = shipping(), actions = echo, more: Parameters<typeof featureWorld>[2] = {}) {
  const world = featureWorld({ onboard: target }, actions, more);
  const { jobs } = world.services;
  const seen = { writes: 0, largest: 0, mostOpen: 0, mostRead: 0, decisions: new Map<string, number>() };
  const open = new Set<string>();
  const isItem = (job: Job) => job.parent !== undefined && job.list === undefined;
  const note = (job: Job) => {
    seen.writes += 1;
    seen.largest = Math.max(seen.largest, JSON.stringify({ ...job, input: undefined }).length);
    if (!isItem(job)) return;
    if (isFinished(job)) open.delete(job.id);
    else open.add(job.id);
    seen.mostOpen = Math.max(seen.mostOpen, open.size);
  };
  const { create, claim, replace, getMany } = jobs;
  Object.assign(jobs, {
    create: async (job: Job) => {
      const outcome = await create(job);
      if (outcome.outcome === "created") note(job);
      return outcome;
    },
    claim: async (...args: Parameters<typeof claim>) => {
      const outcome = await claim(...args);
      if (outcome.outcome !== "claimed") return outcome;
      note(outcome.job);
      if (outcome.job.type === "feature")
        seen.decisions.set(outcome.job.id, (seen.decisions.get(outcome.job.id) ?? 0) + 1);
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
  const list = () => jobs.all().find((job) => job.list && job.parent?.step === "main.ship");
  const items = () => jobs.all().filter(isItem);
  return { ...world, seen, list, items };
}

const asFeature = { policy: decisionPolicy, random: () => 0 };

/** Lets the feature, whose message is the only one, decide. */
async function decideOnce({ queue, services }: ReturnType<typeof watched>) {
  const [first, ...others] = queue.sent.splice(0);
  if (!first || others.length > 0) throw new Error("there should be one message");
  await runJob(services, decide, first.message, asFeature);
}

describe("a step for each item", () => {
  it.each([0, 1, 99, 100, 101, 250])("runs %i items once each, and has their results in order", async (many) => {
    const { start, pass, jobs, ran } = watched();
    const id = await start("onboard", { lines: lines(many) });
    await pass(minute);
    const job = await jobs.get(id);
    expect(job).toMatchObject({ status: "completed" });
    expect(resultOf(job)).toEqual(indexes(many));
    expect(ran.map(({ input }) => input).sort((a, b) => indexOf(a) - indexOf(b))).toEqual(
      indexes(many).map((at) => ({ body: { sku: `S-${at}`, at } })),
    );
  });

  it("costs as much for each item, in items and decisions as large, however many there are", async () => {
    const measured = async (many: number) => {
      const { start, pass, jobs, seen, list } = watched(shipping({}, { concurrency: 4 }));
      const id = await start("onboard", { lines: lines(many) });
      await pass(minute);
      expect(await jobs.get(id)).toMatchObject({ status: "completed" });
      const ofPages = [...seen.decisions].flatMap(([of, count]) =>
        jobs.peek(of)?.parent?.share === undefined ? [] : [count],
      );
      return {
        ...seen,
        writesEach: seen.writes / many,
        ofFeature: seen.decisions.get(id) ?? 0,
        ofList: seen.decisions.get(list()?.id ?? "") ?? 0,
        ofPage: Math.max(...ofPages),
      };
    };
    const [small, large] = [await measured(300), await measured(3000)];
    expect(large.writesEach).toBeLessThan(small.writesEach * 1.02);
    expect(large.largest).toBeLessThan(small.largest * 1.1);
    expect(large.largest).toBeLessThan(4000);
    expect(large.mostRead).toBeLessThanOrEqual(100);
    // What the feature decides is begun and ended; the list decides a few times for each page, and a page once for each item.
    expect(large.ofFeature).toBeLessThanOrEqual(3);
    expect(large.ofList).toBeLessThanOrEqual(30 * 5);
    expect(large.ofPage).toBeLessThanOrEqual(102);
    expect(large.mostOpen).toBeLessThanOrEqual(4);
  }, 600_000);

  it.each([
    { concurrency: 1, many: 250 },
    { concurrency: 3, many: 250 },
    { concurrency: 50, many: 1000 },
    { concurrency: 1000, many: 1200 },
  ])("has at most $concurrency items open, of all pages together", async ({ concurrency, many }) => {
    const { start, pass, jobs, seen } = watched(shipping({}, { concurrency }));
    const id = await start("onboard", { lines: lines(many) });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(seen.mostOpen).toBeLessThanOrEqual(concurrency);
    // And it makes use of it.
    expect(seen.mostOpen).toBeGreaterThan(0.9 * Math.min(concurrency, many));
  });

  it("begins the items in their order, one after the other", async () => {
    const { start, pass, ran } = watched(shipping({}, { concurrency: 1 }));
    await start("onboard", { lines: lines(210) });
    await pass(minute);
    expect(ran.map(({ input }) => indexOf(input))).toEqual(indexes(210));
  });

  it("passes items on as they are: nothing in them is evaluated", async () => {
    const values = ["🧾", "\uffff", "$Input{lines} of", { a: [null, "$Now or $5"] }, 0, false];
    const target = shipping({ input: { body: { value: "$Each{item}", text: "n: $Each{index}" } } }, { as: "item" });
    const { start, pass, ran } = watched(target, {});
    await start("onboard", { lines: values });
    await pass(minute);
    expect(ran.map(({ input }) => input)).toEqual(values.map((value, i) => ({ body: { value, text: `n: ${i}` } })));
  });

  it("takes a list that stands in the catalog, and what came before it, for each item", async () => {
    const target: FeatureTarget = {
      sequences: {
        main: [
          { event: "create" },
          {
            event: "charge",
            step: "ship",
            for_each: { items: ["a", "$Sequence{main}{create}{body}{id}"] },
            input: { body: { of: "$Each{item}", by: "$Sequence{main}{create}{body}{id}" } },
          },
          { event: "mail", input: { body: { many: "$Length($Sequence{main}{ship})" } } },
        ],
      },
    };
    const { run, ran } = featureWorld({ onboard: target });
    await run();
    expect(ran.map(({ input }) => input)).toEqual([
      {},
      { body: { of: "a", by: "create-1" } },
      { body: { of: "create-1", by: "create-1" } },
      { body: { many: 2 } },
    ]);
  });

  it("may run a feature for each item", async () => {
    const outer: FeatureTarget = {
      sequences: {
        main: [{ event: "inner", step: "ship", for_each: { items: "$Input{lines}" }, input: { line: "$Each{item}" } }],
      },
    };
    const inner: FeatureTarget = {
      sequences: { main: [{ event: "create" }, { event: "mail", input: { body: { line: "$Input{line}" } } }] },
      output: { line: "$Input{line}" },
    };
    const { start, pass, jobs } = featureWorld({ onboard: outer, inner });
    const id = await start("onboard", { lines: ["a", "b", "c"] });
    await pass(minute);
    expect(resultOf(await jobs.get(id))).toEqual([{ line: "a" }, { line: "b" }, { line: "c" }]);
  });

  it("begins after its delay", async () => {
    const { start, pass, ran } = watched(shipping({ delay: 10 * minute }));
    await start("onboard", { lines: lines(2) });
    await pass(10 * minute - second);
    expect(ran).toEqual([]);
    await pass(2 * second);
    expect(ran.length).toBe(2);
  });

  it("has the inputs of its items after a delay that is longer than the bucket keeps what it deletes by age", async () => {
    const { start, pass, ran, blobs } = watched(shipping({ delay: 31 * day }));
    await start("onboard", { lines: lines(150) });
    await pass(30 * day);
    for (const key of blobs.blobs.keys()) if (isDeletedByAge(key)) blobs.blobs.delete(key);
    await pass(2 * day);
    expect(ran.length).toBe(150);
  });

  it("leaves no second inputs of its pages behind when a decision begins it again", async () => {
    const world = watched();
    const { start, services, blobs, list } = world;
    await start("onboard", { lines: lines(150) });
    const { replace } = services.jobs;
    services.jobs.replace = async (job, writeId) => {
      if (!job.parent && list()) throw new Error("the process is gone");
      return replace(job, writeId);
    };
    const [first] = world.queue.sent;
    await expect(decideOnce(world)).rejects.toThrow("gone");
    services.jobs.replace = replace;
    services.clock.advance(20 * minute);
    world.queue.sent.splice(0, world.queue.sent.length, ...(first ? [first] : []));
    await decideOnce(world).catch(() => {});
    const slices = [...blobs.blobs.keys()].filter((key) => key.startsWith(`inputs/${list()?.id}/`));
    expect(slices.length).toBe(2);
  });

  it("has large results in the bucket, and says where a further one is", async () => {
    const text = "x".repeat(30_000);
    const { start, pass, jobs, blobs, list } = watched(shipping(), { charge: () => text });
    await start("onboard", { lines: lines(150) });
    await pass(minute);
    const result = list()?.result as { blob: string };
    const entries = JSON.parse(Buffer.from((await blobs.get(result.blob)) ?? []).toString()) as unknown[];
    expect(entries.length).toBe(150);
    expect(entries.slice(0, 130)).toEqual(Array.from({ length: 130 }, () => text));
    expect(jobs.all().find(({ status }) => status !== "completed")).toBeUndefined();
  });

  it("hides in the list what the event of its items hides", async () => {
    const jobs = { charge: { ...call("charge"), redact: ["/body/sku"] } };
    const world = watched(shipping(), { charge: () => ({ body: { sku: "secret", n: 1 } }) }, { jobs });
    await world.start("onboard", { lines: lines(2) });
    await world.pass(minute);
    expect(world.list()?.redact).toEqual(["/inputs/*/body/sku", "/*/body/sku"]);
    const view = await viewOf(world.services, world.list() as Job, world.clock.now());
    expect(view.result).toEqual([{ body: { sku: "[redacted]", n: 1 } }, { body: { sku: "[redacted]", n: 1 } }]);
  });

  it("waits for an event that the catalog has lost", async () => {
    const world = watched(shipping({ event: "bill" }), {}, { jobs: { bill: call("create") } });
    const id = await world.start("onboard", { lines: lines(120) });
    await decideOnce(world);
    world.deploy({ onboard: shipping() }, {});
    await world.pass(minute);
    expect(world.ran).toEqual([]);
    world.deploy({ onboard: shipping({ event: "bill" }) }, { jobs: { bill: call("create") } });
    await world.pass(10 * minute);
    expect(await world.jobs.get(id)).toMatchObject({ status: "completed" });
    expect(world.ran.length).toBe(120);
  });
});

describe("items that fail", () => {
  const failing = (...those: number[]): Actions => ({
    charge: ({ input }) => {
      if (those.includes(indexOf(input))) throw new JobError("NOT_FOUND", "The API answered 404.");
      return indexOf(input);
    },
  });

  it.each([20, 250])("fail the step of %i items, and what is open is cancelled", async (many) => {
    const { start, pass, jobs, items } = watched(shipping({}, { concurrency: 10 }), failing(7));
    const id = await start("onboard", { lines: lines(many) });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: "Step main.ship failed: Item 7 failed: The API answered 404." },
    });
    expect(items().filter((job) => !isFinished(job))).toEqual([]);
    // No page begins after it.
    expect(items().length).toBeLessThan(30);
    expect(jobs.all().filter((job) => !isFinished(job))).toEqual([]);
  });

  it.each([20, 250])("stand as errors in the result of %i if they may fail", async (many) => {
    const { start, pass, jobs } = watched(shipping({ allow_fail: true }), failing(7, 11));
    const id = await start("onboard", { lines: lines(many) });
    await pass(minute);
    const job = await jobs.get(id);
    expect(job).toMatchObject({ status: "completed" });
    const error = { code: "NOT_FOUND", message: "The API answered 404." };
    expect(resultOf(job)).toEqual(indexes(many).map((at) => ([7, 11].includes(at) ? { error } : at)));
    expect(stepsOf(job)["main.ship"]).toMatchObject({
      status: "completed",
      for_each: { items: many, done: many - 2, failed: 2, open: 0 },
    });
  });

  it("are those whose event refuses their input", async () => {
    const target = shipping({ allow_fail: true, input: { body: { at: "$Each{index}" }, query: "$Each{line}{query}" } });
    const { start, pass, jobs, ran } = watched(target);
    const id = await start("onboard", { lines: [{ query: {} }, { query: 5 }, { query: {} }] });
    await pass(minute);
    expect(ran.length).toBe(2);
    expect(resultOf(await jobs.get(id))).toEqual([
      0,
      { error: { code: "VALIDATION_ERROR", message: expect.stringContaining("/input/query") } },
      2,
    ]);
  });

  it("are run again, and no other ones, when the run is retried", async () => {
    let isMended = false;
    const bad = [3, 120, 121];
    const { start, pass, jobs, services, ran, items, seen } = watched(shipping({}, { concurrency: 8 }), {
      charge: ({ input }) => {
        if (bad.includes(indexOf(input)) && !isMended) throw new JobError("NOT_FOUND", "The API answered 404.");
        return indexOf(input);
      },
    });
    const id = await start("onboard", { lines: lines(150) });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "failed" });
    const completed = items()
      .filter(({ status }) => status === "completed")
      .map(({ parent }) => parent?.step);
    const before = ran.length;
    isMended = true;
    seen.mostOpen = 0;
    await changeJob(services, id, retry(0));
    await pass(minute);
    const job = await jobs.get(id);
    expect(job).toMatchObject({ status: "completed" });
    expect(resultOf(job)).toEqual(indexes(150));
    const again = ran.slice(before).map(({ input }) => `main.ship[${indexOf(input)}]`);
    expect(again.filter((step) => completed.includes(step))).toEqual([]);
    expect(seen.mostOpen).toBeLessThanOrEqual(8);
  });
});

describe("a run with items", () => {
  it("cancels them with it, and begins no other one", async () => {
    const { start, pass, jobs, services, items, ran } = watched(shipping({}, { concurrency: 5 }), {
      charge: ({ job }) => {
        if (job.parent?.step === "main.ship[110]") void cancelIt();
        return {};
      },
    });
    let id = "";
    const cancelIt = () => changeJob(services, id, cancel("enough"));
    id = await start("onboard", { lines: lines(400) });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "cancelled" });
    expect(jobs.all().filter((job) => !isFinished(job))).toEqual([]);
    expect(ran.length).toBeLessThan(250);
    expect(items().some(({ status }) => status === "cancelled")).toBe(true);
  });

  it("goes on when its consumers die, at whichever write of the first ones", async () => {
    for (let dies = 1; dies <= 30; dies += 1) {
      const world = watched(shipping({}, { concurrency: 4 }));
      const { services, clock, queue, jobs, seen } = world;
      const id = await world.start("onboard", { lines: lines(103) });
      await withDeathAt(services, dies, () => world.pass(second));
      // The messages of those that died come again once their leases are over, and the reconciler wakes what was not dispatched.
      for (let round = 0; round < 6; round += 1) {
        await clock.advance(3 * minute);
        for (const job of jobs.all().filter((one) => !isFinished(one)))
          await queue.send(job.type, jobMessageOf(job), { delaySeconds: 0, group: "" });
        await world.pass(second);
      }
      expect(await jobs.get(id)).toMatchObject({ status: "completed" });
      expect(resultOf(jobs.peek(id))).toEqual(indexes(103));
      expect(seen.mostOpen).toBeLessThanOrEqual(4);
      expect(world.ran.length).toBeLessThanOrEqual(104);
    }
  }, 300_000);

  it("goes on when AWS refuses some of its items for now", async () => {
    const { start, pass, jobs, services, ran } = watched(shipping({}, { concurrency: 10 }));
    const { create } = services.jobs;
    let calls = 0;
    services.jobs.create = async (job) => {
      calls += 1;
      if (calls % 3 === 0) throw throttled();
      return create(job);
    };
    const id = await start("onboard", { lines: lines(130) });
    await pass(20 * minute);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(ran.length).toBe(130);
  });

  it("keeps results that it needs, however long it runs", async () => {
    const until = 40 * day;
    const outer: FeatureTarget = {
      sequences: {
        main: [
          {
            event: "nap",
            step: "ship",
            for_each: { items: "$Input{naps}", concurrency: 2 },
            input: { until: "$Each{item}", at: "$Each{index}" },
          },
        ],
      },
    };
    const nap: FeatureTarget = {
      sequences: { main: [{ step: "sleep", wait: { until: "$Input{until}" } }] },
      output: { at: "$Input{at}", pad: "x".repeat(300) },
    };
    const { start, pass, jobs, blobs, clock, queue } = featureWorld({ onboard: outer, nap });
    const begun = clock.now();
    // One of them lasts for long, while the others go on beside it; of the second page too.
    const naps = Array.from({ length: 120 }, (_, i) => begun + (i === 1 ? until : 0));
    const id = await start("onboard", { naps });
    const written = new Map<string, number>();
    for (let i = 0; i <= 45; i += 1) {
      await pass(day);
      for (const key of blobs.blobs.keys()) if (!written.has(key)) written.set(key, clock.now());
      // What has ended a month ago is deleted, and the bucket deletes results by age.
      for (const job of jobs.all())
        if (job.id !== id && isFinished(job) && (job.finished_at ?? 0) < clock.now() - 30 * day) await jobs.remove(job);
      for (const [key, at] of written) if (isDeletedByAge(key) && at < clock.now() - 33 * day) blobs.blobs.delete(key);
      for (const job of jobs.all().filter((one) => !isFinished(one)))
        await queue.send(job.type, jobMessageOf(job), { delaySeconds: 0, group: "" });
    }
    const job = await jobs.get(id);
    expect(job).toMatchObject({ status: "completed" });
    const stored = job?.result as { blob: string };
    const { main } = JSON.parse(Buffer.from((await blobs.get(stored.blob)) ?? []).toString());
    expect(main.ship.map(({ at }: { at: number }) => at)).toEqual(indexes(120));
  }, 300_000);

  it("shows how far they have come, and the pages folded", async () => {
    const { start, pass, jobs, services, clock, list } = watched(shipping({ allow_fail: true }, { concurrency: 20 }), {
      charge: ({ input }) => {
        if (indexOf(input) === 2) throw new JobError("NOT_FOUND", "The API answered 404.");
        return {};
      },
    });
    const id = await start("onboard", { lines: lines(250) });
    await pass(0);
    const shown = async (of: string) => viewOf(services, (await jobs.get(of)) as Job, clock.now());
    const { steps = {}, graph = [] } = await shown(id);
    expect(graph[0]).toMatchObject({ step: "main.ship", for_each: { concurrency: 20 } });
    expect(steps["main.ship"]).toMatchObject({ for_each: { items: 250, done: 249, failed: 1, open: 0 } });
    const ofList = await shown(list()?.id ?? "");
    expect(ofList).toMatchObject({ for_each: { items: 250, done: 249, failed: 1, open: 0 } });
    expect(Object.keys(ofList.steps ?? {})).toEqual(["main.ship[0-99]", "main.ship[100-199]", "main.ship[200-249]"]);
    expect(ofList.steps?.["main.ship[0-99]"]).toMatchObject({ for_each: { items: 100, done: 99, failed: 1, open: 0 } });
    const ofPage = await shown(ofList.steps?.["main.ship[200-249]"]?.job_id ?? "");
    expect(Object.keys(ofPage.steps ?? {}).length).toBe(50);
    expect(ofPage.steps?.["main.ship[249]"]).toMatchObject({ status: "completed", job_id: expect.any(String) });
  });

  it("shows them while they are open, and those that have not begun", async () => {
    const { start, services, queue, jobs, clock, list } = watched(shipping({}, { concurrency: 6 }));
    const id = await start("onboard", { lines: lines(450) });
    // The feature, the list and its pages decide, and no item is run.
    for (let i = 0; i < 3; i += 1)
      for (const { type, message } of queue.sent.splice(0))
        if (type === "feature") await runJob(services, decide, message, asFeature);
    const view = await viewOf(services, jobs.peek(id) as Job, clock.now());
    expect(view.steps?.["main.ship"]).toMatchObject({ status: "running", for_each: { items: 450, done: 0, open: 6 } });
    const { steps = {} } = await viewOf(services, list() as Job, clock.now());
    const statuses = ["running", "running", "running", "not_started", "not_started"];
    expect(Object.values(steps).map(({ status }) => status)).toEqual(statuses);
  });
});

/** Lets all calls of the consumer fail that makes the write of this number, and of those that work beside it: their process dies. */
async function withDeathAt(
  services: ReturnType<typeof watched>["services"],
  dies: number,
  work: () => Promise<unknown>,
) {
  const { jobs, queue } = services;
  const real = { create: jobs.create, replace: jobs.replace, claim: jobs.claim, get: jobs.get, send: queue.send };
  let writes = 0;
  let isDead = false;
  const dead = () => new TypeError("the process is dead");
  const dying =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (isDead) throw dead();
      writes += 1;
      const answer = await write(...args);
      if (writes >= dies) {
        isDead = true;
        throw dead();
      }
      return answer;
    };
  const alive =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (isDead) throw dead();
      return call(...args);
    };
  Object.assign(jobs, {
    create: dying(real.create),
    replace: dying(real.replace),
    claim: dying(real.claim),
    get: alive(real.get),
  });
  queue.send = alive(real.send) as typeof queue.send;
  await work().catch(() => {});
  const { send, ...ofJobs } = real;
  Object.assign(jobs, ofJobs);
  queue.send = send;
}

describe("the items of a step", () => {
  it.each([
    ["are no list", "$Input{lines}", { lines: "none" }, "The items of the step are no list."],
    [
      "are more than the step takes",
      "$Input{lines}",
      { lines: [1, 2, 3] },
      "The list has 3 items, and the step takes 2 at most.",
    ],
    ["lead nowhere", "$Input{lines}", {}, "The items of the step are no list."],
  ])("fail it if they %s", async (_why, items, input, message) => {
    const { run } = featureWorld({ onboard: shipping({}, { items, max: 2 }) });
    expect(await run("onboard", input)).toMatchObject({
      status: "failed",
      error: { code: "VALIDATION_ERROR", message: `Step main.ship failed: ${message}` },
    });
  });

  it("fail it if the input of one cannot be made", async () => {
    const { run, jobs } = featureWorld({ onboard: shipping({ input: { body: { at: "$Add($Each{line}, 1)" } } }) });
    expect(await run("onboard", { lines: [1, "x"] })).toMatchObject({
      status: "failed",
      error: {
        code: "VALIDATION_ERROR",
        message: "Step main.ship failed: Item 1: At /body/at: $Add got no number.",
      },
    });
    expect(jobs.all().length).toBe(1);
  });

  it("fail it if their inputs are too large together", async () => {
    const target = shipping({ input: { body: { all: "$Input{lines}" } } });
    const { run } = featureWorld({ onboard: target });
    const input = { lines: Array.from({ length: 100 }, () => "x".repeat(1000)) };
    expect(await run("onboard", input)).toMatchObject({
      error: {
        message: expect.stringContaining("The inputs of the items 0 to 99 have more than 4400000 bytes of JSON"),
      },
    });
  });
});
