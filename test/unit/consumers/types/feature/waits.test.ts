import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { addressLimits, signalKeptMs } from "../../../../../lambdas/core/job/signal.ts";
import { cancel, changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { previewSignal, type Signalling, sendSignal } from "../../../../../lambdas/core/operations/send-signal.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { parseSignal } from "../../../../../lambdas/core/requests/signal-request.ts";
import { featureWorld, stepsOf } from "../../../../support/feature-world.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

type Wait = NonNullable<FeatureTarget["sequences"][string][number]["wait"]>;

const signals = { paid: {}, refused: {}, review: { schema: { approved: { type: "boolean" } as const } } };

/** A feature that waits, and then mails what it has got. */
const waiting = (wait: Wait, more: Partial<FeatureTarget["sequences"][string][number]> = {}): FeatureTarget => ({
  signals,
  sequences: {
    main: [
      { event: "create" },
      { step: "money", wait, ...more },
      { event: "mail", input: { body: { got: "$Sequence{main}{money}" } } },
    ],
  },
});

function worldOf(wait: Wait, more?: Parameters<typeof waiting>[1]) {
  const world = featureWorld({ onboard: waiting(wait, more) });
  let ids = 0;
  const send = (fields: object = {}) => {
    ids += 1;
    const body = { product_tag: "shop", env: "dev", signal: "paid", key: "A-1", id: `s-${ids}`, ...fields };
    return sendSignal(world.services as Signalling, parseSignal(body, world.services.catalog));
  };
  const steps = async (id: string) => stepsOf(await world.jobs.get(id)) as Record<string, Record<string, unknown>>;
  const mailed = () => world.ran.filter(({ event }) => event === "mail").map(({ input }) => input);
  return { ...world, send, steps, mailed };
}

const forMoney: Wait = { signal: "paid", key: "$Input{order}", timeout: "3d" };

describe("a wait for a signal", () => {
  it("ends with the first message of its key, and passes it on", async () => {
    const { start, pass, send, mailed, steps, jobs, clock } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    expect(mailed()).toEqual([]);
    expect((await steps(id))["main.money"]).toMatchObject({
      status: "waiting",
      waits_for: [{ signal: "paid", key: "A-1" }],
    });
    await send({ key: "A-2" });
    await pass(minute);
    expect(mailed()).toEqual([]);
    const at = clock.now();
    expect(await send({ payload: { amount: 5 } })).toMatchObject({ id: "s-2", offered: [id] });
    await pass(second);
    expect(mailed()).toEqual([{ body: { got: { signal: "paid", id: "s-2", at, payload: { amount: 5 } } } }]);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("goes on at once for a message that came before it, beside results that fill the memory", async () => {
    const large = (id: string) => ({ id, note: "x".repeat(5_900_000) });
    const got = "$Sequence{main}{create}{id} and $Sequence{main}{charge}{id}";
    const steps = [
      { event: "create" },
      { event: "charge" },
      { step: "money", wait: { ...forMoney, key: "$Sequence{main}{create}{id}" } },
    ];
    const feature = { signals, sequences: { main: [...steps, { event: "mail", input: { body: { got } } }] } };
    const world = featureWorld({ onboard: feature }, { create: () => large("c-1"), charge: () => large("p-1") });
    const early = { product_tag: "shop", env: "dev", signal: "paid", key: "c-1", id: "s-1" };
    await sendSignal(world.services as Signalling, parseSignal(early, world.services.catalog));
    const id = await world.start("onboard", { order: "A-1" });
    await world.pass(minute);
    expect(await world.jobs.get(id)).toMatchObject({ status: "completed", claims: 1 });
    expect(world.ran.at(-1)?.input).toEqual({ body: { got: "c-1 and p-1" } });
  });

  it("wakes nothing while nothing comes, and ends at its time-out to the second", async () => {
    const { start, pass, jobs, queue, steps, clock } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    const { version } = (await jobs.get(id)) ?? {};
    const begun = clock.now() - minute;
    await pass(3 * day - minute - 30 * minute);
    expect(await jobs.get(id)).toMatchObject({ version });
    expect(queue.sent).toEqual([]);
    await pass(30 * minute - second);
    expect((await steps(id))["main.money"]).toMatchObject({ status: "waiting" });
    await pass(4 * second);
    const job = await jobs.get(id);
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "TIMEOUT", message: expect.stringContaining("main.money") },
    });
    expect(job?.finished_at).toBe(begun + 3 * day + 2 * second);
  });

  it("goes on after its time-out where that is asked for", async () => {
    const { start, pass, mailed } = worldOf({ ...forMoney, otherwise: "continue" });
    await start("onboard", { order: "A-1" });
    await pass(3 * day + minute);
    expect(mailed()).toEqual([{ body: { got: { timed_out: true, at: expect.any(Number) } } }]);
  });

  it("takes a message that came while the run slept or did something else", async () => {
    const { start, pass, send, mailed } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    expect(await send()).toMatchObject({ offered: [] });
    await pass(minute);
    expect(mailed()).toMatchObject([{ body: { got: { id: "s-1" } } }]);
    expect(id).toBeDefined();
  });

  it.each([
    ["its key", {}],
    ["the job", { key: undefined }],
  ])("in a series whose runs queue is ended by a message to %s in one run only", async (_what, to) => {
    const { start, pass, send, mailed, jobs } = worldOf(forMoney);
    const repeat = { every: 3000, overlap: "queue", limit: 3 };
    const id = await start("onboard", { order: "A-1" }, { repeat });
    // The second run is planned by now, and waits for the first one to end.
    await pass(5 * second);
    await send({ ...to, ...("key" in to && { job_id: id }) });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "running", run: 2 });
    expect(mailed()).toMatchObject([{ body: { got: { id: "s-1" } } }]);
    await send({ ...to, ...("key" in to && { job_id: id }) });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "running", run: 3 });
    expect(mailed()).toMatchObject([{ body: { got: { id: "s-1" } } }, { body: { got: { id: "s-2" } } }]);
  });

  it("takes none that came before its run was made", async () => {
    const { start, pass, send, mailed } = worldOf(forMoney);
    await send();
    await pass(second);
    await start("onboard", { order: "A-1" });
    await pass(minute);
    expect(mailed()).toEqual([]);
  });

  it("takes a message to the run itself, by the id of its job", async () => {
    const { start, pass, send, mailed } = worldOf(forMoney);
    const [id, other] = [await start("onboard", { order: "A-1" }), await start("onboard", { order: "A-1" })];
    await pass(minute);
    expect(await send({ key: undefined, job_id: id })).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(mailed()).toHaveLength(1);
    expect(await send()).toMatchObject({ offered: [other] });
    await pass(minute);
    expect(mailed()).toHaveLength(2);
  });

  it("wakes every run that waits with the key", async () => {
    const { start, pass, send, mailed } = worldOf(forMoney);
    const ids = [await start("onboard", { order: "A-1" }), await start("onboard", { order: "A-1" })];
    await pass(minute);
    const { offered } = await send();
    expect(offered.toSorted()).toEqual(ids.toSorted());
    await pass(minute);
    expect(mailed()).toHaveLength(2);
  });

  it("ends with the first of several signals", async () => {
    const any = [
      { signal: "paid", key: "$Input{order}" },
      { signal: "refused", key: "$Input{order}" },
      { signal: "review" },
    ];
    const { start, pass, send, mailed } = worldOf({ any });
    await start("onboard", { order: "A-1" });
    await pass(minute);
    await send({ signal: "refused" });
    await send({ signal: "paid" });
    await pass(minute);
    expect(mailed()).toMatchObject([{ body: { got: { signal: "refused", id: "s-1" } } }]);
  });

  it("whose sender has died before it woke the run takes the message with the next wake-up", async () => {
    const { start, pass, signals: port, clock, mailed, services, jobs } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    const address = { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } };
    await port.put(address, { id: "lost", at: clock.now() }, clock.now() + day);
    const [waiter] = await port.waiters(address, 10);
    await services.queue.send("feature", waiter?.message as never, { delaySeconds: 0, group: "" });
    await pass(minute);
    expect(mailed()).toMatchObject([{ body: { got: { id: "lost" } } }]);
    expect(await port.waiters(address, 10)).toEqual([]);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("takes a message that came in time and woke nobody, once its time is over", async () => {
    const { start, pass, signals: port, clock, mailed } = worldOf(forMoney);
    await start("onboard", { order: "A-1" });
    await pass(3 * day - second);
    const address = { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } };
    await port.put(address, { id: "last", at: clock.now() }, clock.now() + day);
    await pass(minute);
    expect(mailed()).toMatchObject([{ body: { got: { id: "last" } } }]);
  });

  it("leaves a message whose payload its definition does not take", async () => {
    const { start, pass, send, mailed, signals: port, clock } = worldOf({ signal: "review", key: "$Input{order}" });
    await start("onboard", { order: "A-1" });
    await pass(minute);
    const address = { product: "shop", env: "dev", signal: "review", to: { key: "A-1" } };
    await port.put(address, { id: "old", at: clock.now(), payload: { approved: "yes" } }, clock.now() + day);
    await send({ signal: "review", payload: { approved: true } });
    await pass(minute);
    expect(mailed()).toMatchObject([{ body: { got: { id: "s-1", payload: { approved: true } } } }]);
  });

  it.each([
    ["a number is a key too", { order: 17 }, "17", "waiting"],
    ["no text", { order: { id: 1 } }, "x", "failed"],
    ["nothing", {}, "x", "failed"],
    ["a key that is too long", { order: "x".repeat(257) }, "x", "failed"],
  ])("with a key that is %s", async (_, input, key, status) => {
    const { start, pass, jobs, steps } = worldOf(forMoney);
    const id = await start("onboard", input);
    await pass(minute);
    if (status === "failed") expect(await jobs.get(id)).toMatchObject({ status, error: { code: "VALIDATION_ERROR" } });
    else expect((await steps(id))["main.money"]).toMatchObject({ status, waits_for: [{ signal: "paid", key }] });
  });

  it("is shown with what it waits for, and later with what has come, never with the payload", async () => {
    const { start, pass, send, services, jobs, clock } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    const shown = async () => {
      const job = await jobs.get(id);
      if (!job) throw new Error("there is no job");
      return viewOf(services, job, clock.now());
    };
    const before = await shown();
    expect(before.steps?.["main.money"]).toMatchObject({
      status: "waiting",
      waits_for: [{ signal: "paid", key: "A-1" }],
    });
    expect(before.graph?.[1]).toEqual({
      step: "main.money",
      sequence: "main",
      depends_on: ["main.create"],
      conditional: false,
      waits_for: { signals: ["paid"] },
    });
    await send({ payload: { amount: "secret" } });
    await pass(minute);
    const { result: _result, ...after } = await shown();
    expect(after.steps?.["main.money"]).toMatchObject({ status: "completed", received: { signal: "paid", id: "s-1" } });
    expect(JSON.stringify(after.steps)).not.toContain("secret");
  });
});

describe("two waits of a run", () => {
  const twice: FeatureTarget = {
    signals,
    sequences: {
      one: [{ step: "a", wait: { signal: "paid", key: "k", timeout: "1h", otherwise: "continue" } }],
      two: [{ step: "b", wait: { signal: "paid", key: "k", timeout: "1h" } }, { event: "mail" }],
    },
    output: { a: "$Sequence{one}{a}{id}", b: "$Sequence{two}{b}{id}" },
  };
  const send = (world: ReturnType<typeof featureWorld>, id: string) =>
    sendSignal(world.services as Signalling, { product: "shop", env: "dev", signal: "paid", to: { key: "k" }, id });

  it("take a message each: none is taken twice", async () => {
    const world = featureWorld({ onboard: twice });
    const id = await world.start();
    await world.pass(minute);
    await send(world, "first");
    await world.pass(minute);
    await send(world, "first");
    await world.pass(minute);
    expect(await world.jobs.get(id)).toMatchObject({ status: "running" });
    await send(world, "second");
    await world.pass(minute);
    const { result } = (await world.jobs.get(id)) ?? {};
    expect(result).toEqual({ inline: { b: "first", a: "second" } });
  });
});

describe("an address with very many messages", () => {
  const step = (name: string): FeatureTarget["sequences"][string][number] => ({
    step: name,
    wait: { signal: "paid", key: "k", timeout: "5d" },
  });
  const thrice: FeatureTarget = {
    signals,
    sequences: { main: [{ step: "sleep", wait: { for: "1d" } }, step("a"), step("b"), step("c"), { event: "mail" }] },
    output: { got: ["$Sequence{main}{a}{id}", "$Sequence{main}{b}{id}", "$Sequence{main}{c}{id}"] },
  };
  const address = { product: "shop", env: "dev", signal: "paid", to: { key: "k" } };
  const idOf = (i: number) => `m-${String(i).padStart(5, "0")}`;

  it("refuses what is beyond its limit, loses nothing that was accepted, and gives runs the first ones in their order", async () => {
    const world = featureWorld({ onboard: thrice });
    const services = world.services as Signalling;
    const run = await world.start();
    await world.pass(minute);
    const refusals: unknown[] = [];
    for (let i = 0; i < addressLimits.messages + 50; i++)
      await sendSignal(services, { ...address, id: idOf(i) }).catch((error) => refusals.push(error));
    expect(refusals).toHaveLength(50);
    expect(refusals[49]).toMatchObject({
      code: "STATE_CONFLICT",
      message: expect.stringMatching(
        /^The signal paid with this key has 10000 messages.* before 20\d\d-.*separate key\.$/,
      ),
    });
    const kept = (await world.signals.latest(address, 20_000)).map(({ id }) => id);
    expect(kept.reverse()).toEqual(Array.from({ length: addressLimits.messages }, (_, i) => idOf(i)));

    // One that was accepted is accepted again, and is there once.
    const until = world.clock.now() + signalKeptMs;
    await world.pass(hour);
    for (const id of [idOf(0), idOf(addressLimits.messages - 1)]) {
      expect(await sendSignal(services, { ...address, id })).toMatchObject({ id, kept_until: until });
      expect(await previewSignal(services, { ...address, id })).toMatchObject({ kept_until: until });
    }
    await expect(sendSignal(services, address)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    await expect(previewSignal(services, { ...address, id: "late" })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    expect(await world.signals.latest(address, 20_000)).toHaveLength(addressLimits.messages);
    expect(await sendSignal(services, { ...address, to: { key: "other" } })).toMatchObject({ offered: [] });

    await world.pass(2 * day);
    const { status, result } = (await world.jobs.get(run)) ?? {};
    expect({ status, result }).toEqual({ status: "completed", result: { inline: { got: [0, 1, 2].map(idOf) } } });

    // Those of a day have been kept for long enough.
    await world.pass(signalKeptMs);
    expect(await sendSignal(services, { ...address, id: "later" })).toMatchObject({ id: "later" });
  });

  it("is not read from its beginning by a run that has taken some of it, and gives it what comes late", async () => {
    const world = featureWorld({ onboard: thrice });
    const run = await world.start();
    await world.pass(10 * minute);
    for (let i = 0; i < 3; i++) {
      await sendSignal(world.services as Signalling, { ...address, id: idOf(i) });
      await world.pass(hour);
    }
    // Its sender has had to wait for a while: it was accepted before the first one.
    const at = ((await world.signals.first(address, 0, () => true))?.at ?? 0) - 2 * minute;
    const sinces: number[] = [];
    const { first } = world.services.signals;
    world.services.signals.first = (of, since, wanted) => {
      if ("key" in of.to) sinces.push(since);
      return first(of, since, wanted);
    };
    await world.pass(20 * hour + 49 * minute);
    await world.signals.put(address, { id: "late", at }, at + signalKeptMs);
    await world.pass(minute + 2 * second);
    const { result, created_at = 0 } = (await world.jobs.get(run)) ?? {};
    expect(result).toEqual({ inline: { got: ["late", idOf(0), idOf(1)] } });
    expect(sinces[0]).toBe(created_at);
    expect(sinces.at(-1)).toBe(at + 2 * minute - 5 * minute);
  });
});

describe("a wait for a time", () => {
  it.each<[string, Wait, Record<string, unknown>, number]>([
    ["a duration", { for: "2h" }, {}, 2 * hour],
    ["a short one", { for: "3s" }, {}, 3 * second],
    ["40 days", { for: "40d" }, {}, 40 * day],
    ["a time from the input", { until: "$Input{at}" }, { at: "2030-01-01T03:00:00Z" }, Number.NaN],
    ["a time that is over", { until: "$Input{at}" }, { at: 1 }, 0],
  ])("ends to the second: %s", async (_, wait, input, expected) => {
    const { start, pass, jobs, ran, clock, mailed } = worldOf(wait);
    const from = clock.now();
    const until = Number.isNaN(expected) ? from + 3 * hour + 7 * second : from + expected;
    const given = Number.isNaN(expected) ? { at: until } : input;
    const id = await start("onboard", given);
    if (until - second > from) {
      await pass(until - second - from);
      expect(ran).toHaveLength(1);
    }
    await pass(2 * second);
    expect(mailed()).toHaveLength(1);
    const job = await jobs.get(id);
    expect(job).toMatchObject({ status: "completed", finished_at: until });
  });

  it("fails for what is no time", async () => {
    const { start, pass, jobs } = worldOf({ until: "$Input{at}" });
    const id = await start("onboard", { at: "tomorrow" });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
  });
});

describe("a run that waits", () => {
  it("and is cancelled leaves no timer, and takes no message", async () => {
    const { start, pass, send, scheduler, services } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    expect(scheduler.schedules.size).toBe(1);
    await changeJob(services, id, cancel("enough"));
    expect(scheduler.schedules.size).toBe(0);
    expect(await send()).toMatchObject({ offered: [] });
    await expect(send({ key: undefined, job_id: id })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  it("and fails by another step is noted nowhere any more", async () => {
    const main = [{ event: "create" }, { event: "mail", input: { body: { n: "$Add($Input{order}, 1)" } } }];
    const other = [{ step: "money", wait: forMoney }];
    const { start, pass, jobs, services } = featureWorld({ onboard: { signals, sequences: { main, other } } });
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "failed" });
    const address = { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } };
    expect(await services.signals.waiters(address, 10)).toEqual([]);
  });

  it("takes back the timer of a wait that has ended by a message", async () => {
    const wait = waiting(forMoney);
    const world = featureWorld({
      onboard: { ...wait, sequences: { ...wait.sequences, long: [{ step: "cool", wait: { for: "9d" } }] } },
    });
    await world.start("onboard", { order: "A-1" });
    await world.pass(minute);
    const [timer] = world.scheduler.schedules.values();
    await sendSignal(world.services as Signalling, { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } });
    await world.pass(minute);
    const timers = [...world.scheduler.schedules.values()];
    expect(timers).toHaveLength(1);
    expect((timers[0]?.message.wake_at ?? 0) - (timer?.message.wake_at ?? 0)).toBeGreaterThan(5 * day);
  });

  it("and has timed out waits anew when it is retried", async () => {
    const { start, pass, send, services, jobs, mailed } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(3 * day + minute);
    expect(await jobs.get(id)).toMatchObject({ status: "failed" });
    await changeJob(services, id, retry(0));
    await pass(minute);
    expect(await send()).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(mailed()).toHaveLength(1);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("keeps the results that it needs, although the jobs of its steps are deleted meanwhile", async () => {
    const feature = waiting({ for: "40d" });
    const output = { created: "$Sequence{main}{create}{body}{id}" };
    const { start, pass, jobs, clock } = featureWorld({ onboard: { ...feature, output } });
    const id = await start();
    await pass(minute);
    for (const job of jobs.all()) if (job.id !== id) await jobs.remove(job);
    await pass(40 * day);
    expect(await jobs.get(id)).toMatchObject({ status: "completed", result: { inline: { created: "create-1" } } });
    expect(clock.now()).toBeGreaterThan(0);
  });

  it("keeps the results that it needs where ended jobs are kept for a day, and it waits for less at a time", async () => {
    const main = [{ event: "create" }, { step: "night", wait: { for: "20h" } }, { step: "day", wait: { for: "20h" } }];
    const output = { created: "$Sequence{main}{create}{body}{id}" };
    const { start, pass, jobs } = featureWorld({ onboard: { sequences: { main }, output } });
    const id = await start();
    await pass(23 * hour);
    await pass(2 * hour);
    for (const job of jobs.all()) if (job.id !== id) await jobs.remove(job);
    await pass(day);
    expect(await jobs.get(id)).toMatchObject({ status: "completed", result: { inline: { created: "create-1" } } });
  });

  it("is left alone for its time by a deployment that removes its feature", async () => {
    const { start, pass, send, deploy, mailed } = worldOf(forMoney);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    deploy({});
    expect(await send()).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(mailed()).toHaveLength(1);
  });
});

describe("a decision that dies after it has started a step", () => {
  const oneWay: FeatureTarget = {
    signals,
    sequences: {
      main: [
        { step: "money", wait: { signal: "paid", key: "k", timeout: "1h", otherwise: "continue" } },
        { event: "create", step: "yes", if: { value: "$Sequence{main}{money}{signal}", equals: "paid" } },
        { event: "charge", step: "no", if: { value: "$Sequence{main}{money}{timed_out}", equals: true } },
      ],
    },
  };

  it("has recorded why: the message that comes then does not start the other way as well", async () => {
    const world = featureWorld({ onboard: oneWay });
    const id = await world.start();
    await world.pass(minute);
    const { replace } = world.services.jobs;
    // The record of the time-out is written, the step is started, and then the process is gone.
    world.services.jobs.replace = async (job, writeId) => {
      const hasStarted = world.jobs.all().some(({ event }) => event === "charge");
      if (job.id === id && hasStarted) throw new Error("the process is gone");
      return replace(job, writeId);
    };
    await expect(world.pass(hour)).rejects.toThrow("gone");
    world.services.jobs.replace = replace;
    const signal = { product: "shop", env: "dev", signal: "paid", to: { key: "k" }, id: "late" };
    await sendSignal(world.services as Signalling, signal);
    await world.clock.advance(2 * minute);
    const feature = await world.jobs.get(id);
    if (feature) await world.queue.send("feature", jobMessageOf(feature), { delaySeconds: 0, group: "" });
    await world.pass(minute);
    expect(world.ran.map(({ event }) => event)).toEqual(["charge"]);
    const done = await world.jobs.get(id);
    expect(done).toMatchObject({ status: "completed" });
    expect(stepsOf(done)).toMatchObject({ "main.money": { timed_out: true }, "main.yes": { status: "skipped" } });
  });
});

describe("a message to a run by the id of its job", () => {
  const ownWait: FeatureTarget = { signals, sequences: { main: [{ step: "money", wait: { signal: "paid" } }] } };

  function worldOfOwn() {
    const world = featureWorld({ onboard: ownWait });
    const send = (id: string, services: Partial<Signalling> = {}) => {
      const body = { product_tag: "shop", env: "dev", signal: "paid", job_id: id };
      return sendSignal({ ...(world.services as Signalling), ...services }, parseSignal(body, world.services.catalog));
    };
    return { ...world, send };
  }

  it("wakes one that begins to wait while the message is being kept", async () => {
    const { start, pass, send, clock, jobs, signals: port } = worldOfOwn();
    const id = await start("onboard", {}, { start_at: clock.now() + minute });
    const slow: typeof port = {
      ...port,
      put: async (...message) => {
        await pass(2 * minute);
        return port.put(...message);
      },
    };
    expect(await send(id, { signals: slow })).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("is taken and wakes it where the clock of the sender is behind", async () => {
    const { start, pass, send, clock, jobs } = worldOfOwn();
    const id = await start("onboard");
    await pass(10);
    expect(await send(id, { clock: { ...clock, now: () => clock.now() - 500 } })).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });
});

describe("a message", () => {
  it.each([
    ["an unknown signal", { signal: "paids" }, "/signal", 'Did you mean "paid"?'],
    ["neither key nor job", { key: undefined }, "", "needs either"],
    ["both", { job_id: `job_${"0".repeat(32)}` }, "", "needs either"],
    ["a key of 300 characters", { key: "x".repeat(300) }, "/key", "256"],
    ["half a character", { key: "\ud800" }, "/key", ""],
    [
      "a payload against its schema",
      { signal: "review", payload: { approved: "yes" } },
      "/payload/approved",
      "true or false",
    ],
    ["a payload that lacks a field", { signal: "review" }, "/payload/approved", "is required"],
    ["a payload of more than 256 KB", { payload: "x".repeat(300_000) }, "/payload", "256 KB"],
    ["an unknown field", { to: "x" }, "/to", "unknown field"],
  ])("is refused: %s", async (_, fields, pointer, detail) => {
    const { send } = worldOf(forMoney);
    const sending = (async () => send(fields))();
    await expect(sending).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      faults: [{ pointer, detail: expect.stringContaining(detail) }],
    });
  });

  it("is refused for a job that is no feature, and for one that there is not", async () => {
    const world = worldOf(forMoney);
    await world.start("onboard", { order: "A-1" });
    await world.pass(minute);
    const create = world.jobs.all().find(({ event }) => event === "create");
    await expect(world.send({ key: undefined, job_id: create?.id })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(world.send({ key: undefined, job_id: `job_${"0".repeat(32)}` })).rejects.toMatchObject({
      code: "JOB_NOT_FOUND",
    });
  });
});
