import * as deleteJob from "../../../../lambdas/api/routes/delete-job.ts";
import * as deletePause from "../../../../lambdas/api/routes/delete-pause.ts";
import * as postCancel from "../../../../lambdas/api/routes/post-cancel.ts";
import * as postJob from "../../../../lambdas/api/routes/post-job.ts";
import * as postPauses from "../../../../lambdas/api/routes/post-pauses.ts";
import * as postReschedule from "../../../../lambdas/api/routes/post-reschedule.ts";
import * as putLimit from "../../../../lambdas/api/routes/put-limit.ts";
import type { Limit } from "../../../../lambdas/core/catalog/limit.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { handOverSlots } from "../../../../lambdas/core/operations/slots.ts";
import type { JobQueue } from "../../../../lambdas/core/ports/job-queue.ts";
import { noon } from "../../../support/builders.ts";
import { displacement, mostIn, quantile, used, writesOf } from "../../../support/line/measures.ts";
import { tenant } from "../../../support/line/product.ts";
import { anyone, type LineWorld, lineWorld, type WorldOptions } from "../../../support/line/world.ts";

const minute = 60_000;
const hour = 60 * minute;
/** Ten a second, one more than the window has intervals, and what clocks that are 200 ms apart and the claims add. */
const mostInASecond = 13;
const tenASecond = { rate: { limit: 10, period: "1s" } } as const;

const worldWith = (limit: Limit, options: Omit<WorldOptions, "limits"> = {}) =>
  lineWorld({ limits: { l: limit }, ...options });

/** Puts so many jobs of an event at once. */
const putMany = (world: LineWorld, count: number, event = "l", job: Parameters<LineWorld["put"]>[1] = {}): Job[] =>
  Array.from({ length: count }, () => world.put(event, job));

const startsOf = ({ runs }: LineWorld, jobs: readonly Job[]) => {
  const ids = new Set(jobs.map(({ id }) => id));
  return runs.starts.filter(({ job }) => ids.has(job));
};

const cancel = (world: LineWorld, { id }: Job) => world.ask(postCancel, { params: { id } });

/** Somebody cancels many jobs, ten at a time. */
const cancelMany = (world: LineWorld, jobs: readonly Job[]) =>
  world.api(async (services) => {
    for (let i = 0; i < jobs.length; i += 10)
      await Promise.all(
        jobs.slice(i, i + 10).map(({ id }) => postCancel.handle(services, { ...anyone, params: { id } })),
      );
  });

const pinOf = (world: LineWorld, numbers: Limit, lasts = hour) => ({
  ...anyone,
  params: { ...tenant, name: "l" },
  body: { ...numbers, until: new Date(noon + world.now() + lasts).toISOString() },
});

const pin = (world: LineWorld, numbers: Limit, lasts?: number) => world.ask(putLimit, pinOf(world, numbers, lasts));

describe("a limit with a rate", () => {
  it.each([
    { lag: 0, tickLag: 0, least: 0.95 },
    { lag: 2000, tickLag: 2000, least: 0.95 },
    { lag: 5000, tickLag: 5000, least: 0.95 },
    { lag: 15_000, tickLag: 0, least: 0.95 },
    { lag: 15_000, tickLag: 15_000, least: 0.8 },
    { lag: [0, 10_000] as const, tickLag: [0, 10_000] as const, least: 0.9 },
  ])("is used fully while messages are $lag ms late, and ticks $tickLag", async ({ lag, tickLag, least }) => {
    const world = await worldWith(tenASecond, { lag, tickLag });
    for (let second = 0; second < 20; second++) {
      putMany(world, 160);
      await world.run(1000);
    }
    await world.run(280_000);
    const { starts } = world.runs;
    expect(used(starts, 10, noon + 100_000, noon + 300_000)).toBeGreaterThanOrEqual(least);
    expect(mostIn(starts, 1000)).toBeLessThanOrEqual(mostInASecond);
    expect(world.errors).toEqual([]);
  });

  // One lag until they stand in line, one until the pump knows, and one until those come whom it has called.
  it("starts 600 jobs within their minute and three times the lag of 15 s", async () => {
    const world = await worldWith(tenASecond, { lag: 15_000 });
    const jobs = putMany(world, 600);
    await world.run(60_000 + 3 * 15_000 + 5000);
    expect(startsOf(world, jobs).length).toBeGreaterThan(580);
    // Some came too early once.
    await world.run(15_000);
    expect(startsOf(world, jobs)).toHaveLength(600);
  });

  it.each([
    [2000, 0],
    [5000, 5000],
    [15_000, 0],
    [15_000, 15_000],
  ])("is used fully three lags after the first waiter: messages %d ms late, ticks %d", async (lag, tickLag) => {
    const world = await worldWith(tenASecond, { lag, tickLag });
    putMany(world, 1800);
    await world.run(180_000);
    const from = noon + lag + 3 * Math.max(lag, tickLag) + 1000;
    expect(used(world.runs.starts, 10, from, noon + 180_000)).toBeGreaterThanOrEqual(0.95);
  });

  it("is kept exactly by clocks that agree", async () => {
    const world = await worldWith(tenASecond, { skew: 0 });
    putMany(world, 300);
    await world.run(25_000);
    expect(mostIn(world.runs.starts, 1000)).toBeLessThanOrEqual(11);
  });

  it("starts jobs nearly in the order of their line", async () => {
    const world = await worldWith(tenASecond);
    for (let i = 0; i < 300; i++) world.put("l", { due_at: noon - 300 + i });
    await world.until(() => world.runs.starts.length === 300, minute);
    expect(world.runs.starts).toHaveLength(300);
    // The first ones stand in line as they come.
    expect(displacement(world.runs.starts.slice(30)).p95).toBeLessThanOrEqual(30);
  });

  it("lets a newcomer start at the next start after all waiters were cancelled", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "1m" } });
    const jobs = putMany(world, 700);
    await world.run(30_000);
    expect(world.runs.starts).toHaveLength(1);
    await cancelMany(
      world,
      jobs.filter(({ id }) => id !== world.runs.starts[0]?.job),
    );
    const newcomer = world.put("l");
    const asked = world.now();
    await world.run(2 * minute);
    expect(startsOf(world, [newcomer])).toHaveLength(1);
    expect((startsOf(world, [newcomer])[0]?.at ?? 0) - noon - asked).toBeLessThan(65_000);
    // Nobody waits any more: the next one starts when the rate says so.
    await world.run(10 * minute);
    const last = world.put("l");
    await world.run(2000);
    expect(startsOf(world, [last])).toHaveLength(1);
  });

  it("of one start in twelve hours keeps a cancelled job's start for the next job", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "12h" } });
    const jobs = [0, 1, 2].map(() => world.put("l"));
    await world.run(10_000);
    await cancelMany(
      world,
      jobs.filter(({ id }) => id !== world.runs.starts[0]?.job),
    );
    await world.run(minute);
    const next = world.put("l");
    await world.run(12 * hour - 80_000);
    expect(startsOf(world, [next])).toHaveLength(0);
    await world.run(2 * minute);
    expect(startsOf(world, [next])).toHaveLength(1);
  });

  it.each([
    ["a pin", (world: LineWorld, limit: Limit) => pin(world, limit)],
    ["a deployment", async (world: LineWorld, limit: Limit) => world.deploy({ limits: { l: limit } })],
  ])("that is raised by %s lets waiters and newcomers start", async (_, change) => {
    const world = await worldWith({ rate: { limit: 1, period: "1m" } });
    const jobs = putMany(world, 30);
    await world.run(10_000);
    await change(world, { rate: { limit: 100, period: "1s", burst: 100 } });
    await world.run(66_000);
    expect(startsOf(world, jobs)).toHaveLength(30);
    const newcomer = world.put("l");
    await world.run(2000);
    expect(startsOf(world, [newcomer])).toHaveLength(1);
  });

  // Each change wakes the line. A tick that took the place of the one under way would come a lag later, and so would all after it.
  it("is used while its numbers change more often than its late ticks come", async () => {
    const world = await worldWith(tenASecond, { lag: 5000 });
    putMany(world, 900);
    await world.run(30_000);
    const before = world.runs.starts.length;
    for (let change = 0; change < 10; change++) {
      await pin(world, { rate: { limit: 10 + (change % 2), period: "1s" } });
      await world.run(3000);
    }
    expect(world.runs.starts.length - before).toBeGreaterThan(270);
    expect(world.errors).toEqual([]);
  });

  // As a wake-up does that leaves the promised tick. A tick that gave up then would leave the line at rest until it is overdue.
  it("is used fully while others write the mark of its line during each tick", async () => {
    const world = await worldWith(tenASecond);
    const gate = { ...tenant, limit: "l", key: "" };
    const met = new WeakSet<object>();
    let marks = 0;
    world.watch.call = (call, by) => {
      if (by.purpose !== "pump" || call !== "gates.line" || met.has(by)) return;
      met.add(by);
      void world.base.gates.firsts([gate]).then(async ([first]) => {
        if (first?.line && (await world.base.gates.mark(gate, { ...first.line, id: "another" }, first.line))) marks++;
      });
    };
    putMany(world, 600);
    await world.run(50_000);
    expect(used(world.runs.starts, 10, noon + 10_000, noon + 50_000)).toBeGreaterThanOrEqual(0.95);
    expect(marks).toBeGreaterThan(10);
    expect(world.errors).toEqual([]);
  });

  it("that is raised while its pump works lets waiters start soon, at whichever call of the pump", async () => {
    for (let nth = 1; nth <= 20; nth++) {
      const world = await worldWith({ rate: { limit: 2, period: "1s" } });
      const jobs = putMany(world, 100);
      await world.run(6000);
      let calls = 0;
      world.watch.call = (_call, by) => {
        if (by.purpose === "pump" && ++calls === nth)
          void world.calling((services) => putLimit.handle(services, pinOf(world, tenASecond)));
      };
      await world.until(() => startsOf(world, jobs).length === 100, nth <= 12 ? 12_000 : 16_000);
      expect([nth, startsOf(world, jobs).length]).toEqual([nth, 100]);
    }
  });

  it.each([
    ["a pin", (world: LineWorld, limit: Limit) => pin(world, limit)],
    ["a deployment", async (world: LineWorld, limit: Limit) => world.deploy({ limits: { l: limit } })],
  ])("that is lowered by %s slows down its line", async (_, change) => {
    const world = await worldWith({ rate: { limit: 5, period: "1s" } });
    putMany(world, 120);
    await world.run(6000);
    await change(world, { rate: { limit: 1, period: "1m" } });
    await world.run(10_000);
    const before = world.runs.starts.length;
    await world.run(2 * minute);
    expect(world.runs.starts.length - before).toBeLessThanOrEqual(3);
    expect(world.runs.starts.length - before).toBeGreaterThanOrEqual(1);
  });

  it("holds back no job once it has left the catalog", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "1m" } });
    const jobs = putMany(world, 100);
    await world.run(minute);
    world.deploy({ limits: {}, events: { l: { limits: [] } } });
    await world.run(70_000);
    expect(startsOf(world, jobs)).toHaveLength(100);
  });

  it("is used fully by debounced jobs, which keep their places", async () => {
    const debounce = { key: "$Input{body}{key}", delay: 1000, max_wait: 3000 };
    const world = await lineWorld({
      limits: { l: { rate: { limit: 1, period: "1s" } } },
      events: { l: { limits: ["l"], debounce } },
    });
    for (let second = 0; second < 300; second += 4) {
      for (let key = 0; key < 12; key++) {
        const body = { product_tag: tenant.product, env: tenant.env, event: "l", input: { body: { key: `${key}` } } };
        void world.calling((services) => postJob.handle(services, { ...anyone, body }));
        await world.run(300);
      }
      await world.run(400);
    }
    expect(used(world.runs.starts, 1, noon + 10_000, noon + 300_000)).toBeGreaterThanOrEqual(0.9);
  });

  it("starts jobs after a pause in the order of their times", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "10s" } });
    const jobs: Job[] = [];
    for (let i = 0; i < 14; i++) {
      jobs.push(world.put("l"));
      await world.run(300);
    }
    const body = { product_tag: tenant.product, env: tenant.env, reason: "maintenance" };
    const { body: pause } = await world.ask(postPauses, { body });
    await world.run(4 * minute);
    const started = world.runs.starts.length;
    expect(started).toBe(1);
    await world.ask(deletePause, { params: { id: (pause as { id: string }).id } });
    await world.run(4 * minute);
    expect(startsOf(world, jobs)).toHaveLength(14);
    expect(world.runs.starts.map(({ job }) => job)).toEqual(jobs.map(({ id }) => id));
  });

  it("keeps the line of its gate in the list of gates", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "1m" } });
    putMany(world, 30);
    await world.run(5000);
    expect(await world.base.gates.withLine(tenant, { limit: 10 })).toEqual([{ ...tenant, limit: "l", key: "" }]);
  });

  it("goes on within a round when its pump is killed at any call", async () => {
    let killed = true;
    for (let nth = 1; killed; nth++) {
      const world = await worldWith(tenASecond, { seed: nth });
      let calls = 0;
      killed = false;
      world.watch.call = (_call, by) => {
        if (by.purpose !== "pump" || ++calls !== nth) return;
        killed = true;
        by.kill();
      };
      const jobs = putMany(world, 60);
      await world.until(() => startsOf(world, jobs).length === 60, 100_000);
      expect([nth, startsOf(world, jobs).length]).toEqual([nth, 60]);
      if (nth === 14) break;
    }
  });

  // Nothing else calls it: the next start is ten minutes away, and so would be the next tick.
  it("that is slow calls a job again soon whose message is lost", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "10m" } });
    putMany(world, 1);
    await world.run(1000);
    const [waiting] = putMany(world, 3) as [Job, Job, Job];
    await world.until(() => world.messages.get(waiting.id) === 2, 11 * minute);
    world.queues.jobs.drop();
    await world.until(() => startsOf(world, [waiting]).length === 1, 2 * minute);
    expect(startsOf(world, [waiting])).toHaveLength(1);
    expect(world.now()).toBeLessThan(10 * minute + 25_000);
    await world.run(21 * minute);
    expect(world.runs.starts).toHaveLength(4);
    expect(world.sent.ticks).toBeLessThanOrEqual(14);
  });

  it("is not exceeded by ticks that come twice", async () => {
    const world = await worldWith(tenASecond);
    world.queues.ticks.settings.duplicates = 1;
    putMany(world, 600);
    await world.run(50_000);
    expect(mostIn(world.runs.starts, 1000)).toBeLessThanOrEqual(mostInASecond);
    expect(used(world.runs.starts, 10, noon + 10_000, noon + 50_000)).toBeGreaterThanOrEqual(0.95);
    expect(world.sent.ticks).toBeLessThan(120);
  });

  it("of 100 a second costs few writes for each job", async () => {
    const world = await worldWith({ rate: { limit: 100, period: "1s" } }, { itemWrites: 1000 });
    const jobs = putMany(world, 600);
    await world.until(() => startsOf(world, jobs).length === 600, minute);
    expect(world.now()).toBeLessThan(10_000);
    expect(writesOf(world.writes, "gates.") / 600).toBeLessThan(6);
  });

  it("of more than 500 a second is used and kept, and its newcomers go behind those in line", async () => {
    const world = await worldWith({ rate: { limit: 600, period: "1s" } }, { itemWrites: 1000, concurrency: 400 });
    const first = putMany(world, 1000);
    await world.run(300);
    const newcomers: Job[] = [];
    for (let tenth = 0; tenth < 10; tenth++) {
      newcomers.push(...putMany(world, 60));
      await world.run(100);
    }
    putMany(world, 1200);
    await world.until(() => startsOf(world, first).length === 1000, 3000);
    expect(startsOf(world, first)).toHaveLength(1000);
    // Those who are called at the same time start in the order in which their messages come.
    expect(startsOf(world, newcomers).length).toBeLessThan(200);
    expect(mostIn(world.runs.starts, 1000)).toBeLessThanOrEqual(600 * 1.25 + 2);
    await world.run(2000);
    // Once the jobs have come that the first tick called: 0.75 where a call for the first item counted against the one that the job's id names.
    expect(used(world.runs.starts, 600, noon + 1500, noon + 3500)).toBeGreaterThanOrEqual(0.95);
    expect(world.errors).toEqual([]);
  });

  it("survives killed invocations and duplicate messages", async () => {
    const world = await worldWith(tenASecond, { kills: 0.03, duplicates: 0.03 });
    const jobs: Job[] = [];
    for (let i = 0; i < 50; i++) {
      jobs.push(...putMany(world, 10));
      await world.run(200);
    }
    await world.until(() => new Set(startsOf(world, jobs).map(({ job }) => job)).size === 500, 20 * minute);
    expect(new Set(startsOf(world, jobs).map(({ job }) => job)).size).toBe(500);
    expect(mostIn(world.runs.starts, 1000)).toBeLessThanOrEqual(mostInASecond);
  });
});

describe("a limit's slots", () => {
  it("let 300 jobs of no duration pass quickly, one at a time", async () => {
    const world = await worldWith({ concurrency: 1 }, { runMs: 0 });
    const jobs = putMany(world, 300);
    await world.until(() => startsOf(world, jobs).length === 300, minute);
    expect(startsOf(world, jobs)).toHaveLength(300);
    // Nine calls of some 4 ms each.
    expect(world.now()).toBeLessThan(300 * 45);
    expect(world.runs.most("l")).toBe(1);
  });

  it.each([
    [0, 200],
    [5000, 500],
  ])("start their next job soon after they are free, with a lag of %d ms", async (lag, median) => {
    const world = await worldWith({ concurrency: 5 }, { lag, runMs: 1000 });
    putMany(world, 150);
    await world.until(() => world.runs.starts.length === 150, 5 * minute);
    expect(world.runs.starts).toHaveLength(150);
    expect(quantile(world.runs.gaps, 0.5)).toBeLessThan(median);
    expect(world.runs.most("l")).toBe(5);
  });

  it("cost a line that waits for hours few messages", async () => {
    const world = await worldWith({ concurrency: 1 });
    world.put("l", { ms: 6 * hour, timeout_ms: 7 * hour });
    await world.run(1000);
    const waiting = putMany(world, 199);
    await world.run(70 * minute);
    const waits = world.measured.filter(({ values }) => "oldest_wait_ms" in values);
    const oldest = waits.map(({ values }) => values.oldest_wait_ms as number);
    expect(Math.max(...oldest)).toBeGreaterThan(hour);
    expect(oldest).toEqual([...oldest].sort((a, b) => a - b));
    await world.run(hour);
    expect(Math.max(...waiting.map(({ id }) => world.messages.get(id) ?? 0))).toBeLessThanOrEqual(3);
  });

  it("cost a job that finds none of 1,000 few writes", async () => {
    const world = await worldWith({ concurrency: 1000 });
    const gate = { ...tenant, limit: "l", key: "" };
    for (let i = 0; i < 1000; i++) {
      const ask = { job: `job_${`${i}`.padStart(32, "0")}`, turn: "1.1.0.0", now: noon };
      const slot = { lease: noon + hour, limit: 12, seesParts: true as const };
      await world.base.gates.take({ ...gate, part: Math.floor(i / 12) }, { ...ask, slot });
    }
    await world.base.gates.notePeak(gate, 83);
    const before = writesOf(world.writes, "gates.");
    putMany(world, 20);
    await world.run(10_000);
    expect(world.gate("l")?.waiters).toHaveLength(20);
    expect((writesOf(world.writes, "gates.") - before) / 20).toBeLessThanOrEqual(5);
  });

  it.each([
    [50, 51],
    [51, 50],
    [100, 101],
    [100, 5],
    [40, 150],
  ])("whose number %d is pinned to %d never exceed the larger one", async (from, to) => {
    const world = await worldWith({ concurrency: from }, { concurrency: 400 });
    let now = from;
    let over = 0;
    world.runs.watch((_job, atWork) => {
      if (atWork("l") > now) over++;
    });
    for (let i = 0; i < 200; i++) world.put("l", { ms: world.random.int(5000, 30_000), timeout_ms: minute });
    await world.run(12_000);
    expect(world.runs.most("l")).toBe(from);
    now = Math.max(from, to);
    await pin(world, { concurrency: to });
    // Until all consumers know the pin.
    await world.run(6000);
    now = to;
    await world.run(70_000);
    expect(over).toBe(0);
    expect(world.runs.most("l")).toBeLessThanOrEqual(Math.max(from, to));
    const least = Math.min(to, 200 - world.runs.starts.length + world.runs.atWork("l"));
    expect(world.runs.atWork("l")).toBeGreaterThanOrEqual(Math.min(least, to) - 1);
  });

  it("that cancelled jobs were given go to the next jobs soon", async () => {
    const world = await worldWith({ concurrency: 3 }, { lag: 3000 });
    const running = Array.from({ length: 3 }, () => world.put("l", { ms: 40_000, timeout_ms: minute }));
    await world.run(4000);
    const waiting = putMany(world, 3);
    await world.run(1000);
    const last = putMany(world, 3);
    await world.until(() => running.every(({ id }) => world.job(id)?.status === "completed"), minute);
    await world.run(500);
    const holders = [...(world.gate("l")?.parts.values() ?? [])].flatMap((part) => Object.keys(part.holders));
    expect(holders.sort()).toEqual(waiting.map(({ id }) => id).sort());
    for (const job of waiting) await cancel(world, job);
    await world.run(2 * 3000 + 1000);
    expect(startsOf(world, waiting)).toHaveLength(0);
    expect(startsOf(world, last)).toHaveLength(3);
  });

  it("of a lowered limit are not handed round by a process that knows the former number", async () => {
    const world = await worldWith({ concurrency: 1 }, { runMs: hour });
    putMany(world, 40);
    await world.run(5000);
    const gate = { ...tenant, limit: "l", key: "" };
    expect(world.gate("l")?.waiters).toHaveLength(39);
    let given = 0;
    await world.api(async (services) => {
      const send: JobQueue["send"] = async (_type, { job_id }) => {
        given++;
        await services.gates.release({ ...gate, part: 1 }, job_id, "1.1.0.0");
        await services.gates.release({ ...gate, part: 0 }, job_id, "1.1.0.0");
      };
      await handOverSlots({ ...services, queue: { ...services.queue, send } }, gate, { concurrency: 14 });
    });
    expect(given).toBe(13);
  });

  it("stay with a running attempt whose job is cancelled and deleted", async () => {
    const world = await worldWith({ concurrency: 1 });
    const first = world.put("l", { ms: 3 * minute, timeout_ms: 5 * minute });
    await world.run(2000);
    const second = world.put("l");
    await world.run(2000);
    await cancel(world, first);
    await world.ask(deleteJob, { params: { id: first.id } });
    await world.run(2 * minute);
    expect(startsOf(world, [second])).toHaveLength(0);
    expect(world.runs.most("l")).toBe(1);
    await world.run(8 * minute);
    expect(startsOf(world, [second])).toHaveLength(1);
  });

  it("are free again after their consumer was killed at any call", async () => {
    for (let nth = 1; nth <= 16; nth++) {
      const world = await worldWith({ concurrency: 1 }, { seed: nth, runMs: 1000 });
      let calls = 0;
      world.watch.call = (_call, by) => {
        if (by.purpose === "consumer" && ++calls === nth + 20) by.kill();
      };
      const jobs = putMany(world, 8, "l", { timeout_ms: 5000 });
      const finished = () => jobs.every(({ id }) => world.job(id)?.status === "completed");
      await world.until(finished, 8 * minute);
      expect([nth, jobs.filter(({ id }) => world.job(id)?.status !== "completed").length]).toEqual([nth, 0]);
      expect(world.runs.most("l")).toBe(1);
    }
  });
});

describe("two limits of a job", () => {
  it("let it keep a slot of one for at most a minute", async () => {
    const world = await lineWorld({
      limits: {
        customer: { concurrency: 2, rate: { limit: 10, period: "1s" } },
        scarce: { rate: { limit: 1, period: "1h" } },
      },
      events: { both: { limits: ["customer", "scarce"] }, only: { limits: ["customer"] } },
    });
    putMany(world, 6, "both");
    await world.run(5000);
    const only = putMany(world, 4, "only");
    await world.run(65_000);
    expect(startsOf(world, only)).toHaveLength(4);
  });

  it.each([
    [65, 10_000],
    [80, 20_000],
  ])("let it start beside jobs that need only one of them: %d %% of the slots are used", async (part, late) => {
    const world = await lineWorld({
      limits: { a: { concurrency: 2 }, b: { concurrency: 2 } },
      events: { a: { limits: ["a"] }, b: { limits: ["b"] }, both: { limits: ["a", "b"] } },
      lag: 5000,
      runMs: 3000,
    });
    const both: Job[] = [];
    for (let i = 0; i < 150; i++) {
      world.put("a");
      world.put("b");
      if (i % 4 === 0) both.push(world.put("both"));
      // Two slots of each limit get 3.75 s of work.
      await world.run(187_500 / part);
    }
    await world.run(20_000);
    expect(startsOf(world, both)).toHaveLength(both.length);
    expect(
      quantile(
        world.runs.starts.map(({ at, order }) => at - order),
        0.95,
      ),
    ).toBeLessThan(late);
    expect(Math.max(world.runs.most("a"), world.runs.most("b"))).toBe(2);
  });
});

describe("a line of jobs", () => {
  it("loses a job that was moved to another time, and gets it back then", async () => {
    const world = await worldWith({ rate: { limit: 1, period: "10s" } });
    const first = world.put("l");
    await world.run(1000);
    const [moved, last] = [world.put("l"), world.put("l")] as const;
    await world.run(1000);
    const start_at = new Date(noon + 2 * minute).toISOString();
    await world.ask(postReschedule, { params: { id: moved.id }, body: { start_at } });
    await world.run(20_000);
    expect(startsOf(world, [first, last])).toHaveLength(2);
    await world.run(3 * minute);
    expect(startsOf(world, [moved])).toHaveLength(1);
  });

  it("is swept from where the last round ended", async () => {
    const world = await worldWith({ key: "$Input{body}{key}", concurrency: 1 }, { callMs: [900, 1100] });
    const keys = Array.from({ length: 300 }, (_, i) => `${1000 + i}`);
    // What a crash has left: jobs that stand in line, and no message.
    for (const key of keys) {
      const job = world.put("l", { keys: { l: key } });
      const gate = { ...tenant, limit: "l", key };
      const waiter = { job: job.id, run: 1, attempt: 1, due_at: job.due_at, order: job.due_at, since: noon };
      await world.base.gates.stand(gate, waiter);
      await world.base.gates.mark(gate, { id: "left" }, undefined);
    }
    world.queues.jobs.drop();
    await world.until(() => world.runs.starts.length === 300, 15 * minute);
    expect(world.runs.starts).toHaveLength(300);
  });

  it("goes on by its own key after its limit has got another one", async () => {
    const rate = { limit: 1, period: "10s" };
    const limitBy = (key: string) => ({ l: { key: `$Input{body}{${key}}`, rate } });
    const world = await lineWorld({ limits: limitBy("customer") });
    const ask = async (shop: string) => {
      const request = {
        product_tag: tenant.product,
        env: tenant.env,
        event: "l",
        input: { body: { customer: "c", shop } },
      };
      const { body } = await world.ask(postJob, { body: request });
      return world.job((body as { job_id: string }).job_id) as Job;
    };
    const before = [await ask("s"), await ask("s"), await ask("s"), await ask("s")];
    await world.run(1000);
    world.deploy({ limits: limitBy("shop") });
    const after = [await ask("s"), await ask("s")];
    expect([before[3], after[0]].map((job) => job?.gates)).toEqual([
      [{ limit: "l", key: "c" }],
      [{ limit: "l", key: "s" }],
    ]);
    await world.run(2000);
    expect([startsOf(world, before).length, startsOf(world, after).length]).toEqual([1, 1]);
    await world.run(34_000);
    expect([startsOf(world, before).length, startsOf(world, after).length]).toEqual([4, 2]);
    for (const jobs of [before, after]) expect(mostIn(startsOf(world, jobs), 9500)).toBe(1);
  });

  it("of version 0.3 is drained with its starts and slots", async () => {
    const world = await lineWorld({
      limits: { slots: { concurrency: 60 }, rate: { rate: { limit: 1, period: "1s" } } },
    });
    const { gates, jobs } = world.base;
    const slots = { ...tenant, limit: "slots", key: "" };
    // 50 slots in the first of its parts and 10 in the second, all of jobs that run elsewhere for a minute.
    for (let i = 0; i < 60; i++) {
      const job = { job: `job_${`${i}`.padStart(32, "0")}`, turn: "1.1.0.0", now: noon };
      await gates.take({ ...slots, part: Math.floor(i / 50) }, { ...job, slot: { lease: noon + minute, limit: 50 } });
    }
    const waiting = putMany(world, 5, "slots");
    for (const { id, due_at } of waiting)
      await gates.stand(slots, { job: id, run: 1, attempt: 1, due_at, order: due_at, since: noon });
    await gates.mark(slots, { id: "mark of 0.3" }, undefined);
    // A minute of starts lies ahead, one of which is a job's that was moved to it.
    const rate = { ...tenant, limit: "rate", key: "" };
    await gates.take(
      { ...rate, part: 0 },
      { job: "job", turn: "", now: noon + minute, rate: { increment: 1_000_000, burst: 1 } },
    );
    Reflect.deleteProperty(world.gate("rate")?.parts.get(0) ?? {}, "inc");
    const reserved = {
      turn: "1.1.0.0",
      until: noon + 30_000,
      since: noon,
      gate: { limit: "rate", key: "" },
      limits: ["rate"],
    };
    const mine = world.put("rate", { due_at: noon + 30_000, reserved });
    const newcomer = world.put("rate");
    await world.run(50_000);
    expect(world.runs.starts.map(({ job }) => job)).toEqual([mine.id]);
    await world.run(75_000);
    expect(startsOf(world, [newcomer])).toHaveLength(1);
    expect(startsOf(world, waiting)).toHaveLength(5);
    expect(jobs.all().every(({ status }) => status === "completed")).toBe(true);
  });
});
