import * as z from "zod";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { type Job, jobMessageOf } from "../../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { changeJob, retry } from "../../../../../../lambdas/core/operations/change-job.ts";
import { aPause } from "../../../../../support/a-pause.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The waits of a run that is retried days after it has failed begin with the retry: those who are asked have the time that they were given. */
describe("the time of a run of code that is retried", () => {
  test.each([
    { what: "the retry", isHeld: false },
    { what: "its first decision, if a pause has held it,", isHeld: true },
  ])("begins with $what where the run begins from the start, as its steps were undone", async ({ isHeld }) => {
    let isDown = true;
    const world = codeWorld(
      {
        onboard: defineFeature({
          signals: { go: z.unknown() },
          async run(ctx) {
            const began = ctx.now();
            await ctx.run("create", {}, { undo: () => {} });
            const { timed_out } = await ctx.waitForSignal("go", { timeout: "1h", otherwise: "continue" });
            await ctx.run("charge", {});
            return { timed_out: timed_out ?? false, began };
          },
        }),
      },
      {
        charge: () => {
          if (isDown) throw new JobError("VALIDATION_ERROR", "down");
          return {};
        },
      },
    );
    const id = await world.start("onboard", {});
    await world.pass(2 * hour);
    expect(await world.view(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1 } });
    isDown = false;
    await world.pass(3 * day);
    await changeJob(world.services, id, retry(0));
    if (isHeld) {
      const pause = aPause({ product: "shop" });
      await world.services.pauses.put(pause);
      await world.pass(day);
      await world.services.pauses.remove(pause);
      const job = (await world.jobs.get(id)) as Job;
      await world.queue.send("feature", jobMessageOf(job), { delaySeconds: 0, group: "" });
    }
    const now = world.clock.now();
    await world.pass(30 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", steps: { "wait:go": { status: "waiting" } } });
    await world.signal("go", { job_id: id }, {});
    await world.pass(minute);
    const { status, result } = await world.view(id);
    expect(status).toBe("completed");
    expect(result).toMatchObject({ timed_out: false });
    expect((result as { began: number }).began).toBeGreaterThanOrEqual(now);
  });

  test("goes on with the retry where the run goes on from its log", async () => {
    let isDown = true;
    const world = codeWorld(
      {
        onboard: defineFeature({
          signals: { go: z.unknown() },
          async run(ctx) {
            const began = ctx.now();
            await ctx.run("create", {});
            const [{ timed_out }, at] = await Promise.all([
              ctx.waitForSignal("go", { timeout: "1h", otherwise: "continue" }),
              ctx.run("charge", {}).then(() => ctx.now()),
            ]);
            return { began, at, timed_out: timed_out ?? false };
          },
        }),
      },
      {
        charge: () => {
          if (isDown) throw new JobError("VALIDATION_ERROR", "down");
          return {};
        },
      },
    );
    const began = world.clock.now();
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    isDown = false;
    await world.pass(3 * day);
    const now = world.clock.now();
    await changeJob(world.services, id, retry(0));
    await world.pass(30 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", steps: { "wait:go": { status: "waiting" } } });
    await world.signal("go", { job_id: id }, {});
    await world.pass(minute);
    const { status, result } = await world.view(id);
    expect({ status, result }).toMatchObject({ status: "completed", result: { timed_out: false } });
    // What it has read before stays.
    expect((result as { began: number }).began - began).toBeLessThan(minute);
    expect((result as { at: number }).at).toBeGreaterThanOrEqual(now);
  });

  test.each([
    { what: "a decision", answered: false },
    { what: "a message", answered: true },
  ])("asks anew for $what that did not come in time", async ({ answered }) => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { go: z.unknown() },
        async run(ctx) {
          await ctx.run("create", {});
          if (answered) return (await ctx.waitForSignal("go", { timeout: "1h" })).id;
          return (await ctx.approve({ title: "May it?", timeout: "1h" })).choice;
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(2 * hour);
    expect(await world.view(id)).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    await world.pass(3 * day);
    const now = world.clock.now();
    await changeJob(world.services, id, retry(0));
    await world.pass(30 * minute);
    const { status, steps = {} } = await world.view(id);
    expect(status).toBe("running");
    const [waiting] = Object.values(steps).filter((step) => step.status === "waiting");
    expect(waiting?.until ?? 0).toBeGreaterThanOrEqual(now + hour);
    if (!answered) return;
    await world.signal("go", { job_id: id }, {}, "m1");
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "m1" });
    expect(world.ran.map(({ event }) => event)).toEqual(["create"]);
  });

  test("begins its sleeps again that had not ended, so that they do not win a race before it has begun", async () => {
    let isDown = true;
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            const { winner } = await ctx.race({ paid: () => ctx.run("charge", {}), late: () => ctx.sleep("1h") });
            return winner;
          },
        }),
      },
      {
        charge: () => {
          if (isDown) throw new JobError("VALIDATION_ERROR", "down");
          return {};
        },
      },
    );
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    isDown = false;
    await world.pass(3 * day);
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "paid" });
  });

  test("runs again all that has failed at once", async () => {
    let isDown = true;
    const go = () => {
      if (isDown) throw new JobError("VALIDATION_ERROR", "down");
      return {};
    };
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            await Promise.all([ctx.run("create", {}), ctx.run("charge", {}), ctx.run("mail", {})]);
            return "done";
          },
        }),
      },
      { charge: go, mail: go },
    );
    const id = (await world.run("onboard", {}))?.id ?? "";
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "done" });
    expect(world.ran.filter(({ event }) => event === "create")).toHaveLength(1);
  });

  test.each([
    { deep: 1, key: "card", what: "a step" },
    { deep: 2, key: "card", what: "two steps" },
    { deep: 2, key: "card".repeat(30), what: "a step with a long key" },
  ])("runs again what has failed within $what", async ({ deep, key }) => {
    let isDown = true;
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            await ctx.run("create", {});
            const charge = () => ctx.run("charge", {});
            await ctx.step("pay", () => (deep === 1 ? charge() : ctx.step(key, charge)));
            return "done";
          },
        }),
      },
      {
        charge: () => {
          if (isDown) throw new JobError("VALIDATION_ERROR", "down");
          return {};
        },
      },
    );
    const id = (await world.run("onboard", {}))?.id ?? "";
    expect(await world.view(id)).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.settle();
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "done" });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge"]);
  });
});

describe("a step that is retried alone", () => {
  test.each([
    { what: "has gone on", caught: true },
    { what: "has failed for it", caught: false },
  ])("runs its own function again where its run $what", async ({ caught }) => {
    let isDown = true;
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run("create", {});
          const pack = ctx.step("pack", () => packed(), { timeout: "30m" });
          const parcel = await (caught ? pack.catch(() => "none") : pack);
          await ctx.run("mail", {});
          return parcel;
        },
      }),
    });
    const packed = () => {
      if (isDown) throw new Error("no boxes");
      return "box";
    };
    const id = await world.start("onboard", {});
    await world.pass(minute);
    const { status, steps = {} } = await world.view(id);
    expect(status).toBe(caught ? "completed" : "failed");
    const step = steps.pack?.job_id ?? "";
    expect(await world.view(step)).toMatchObject({ status: "failed" });
    isDown = false;
    await changeJob(world.services, step, retry(0));
    await world.pass(minute);
    expect(await world.view(step)).toMatchObject({ status: "completed", result: "box" });
    expect(await world.view(id)).toMatchObject({ status });
    expect(world.ran.filter(({ event }) => event === "create")).toHaveLength(1);
  });
});
