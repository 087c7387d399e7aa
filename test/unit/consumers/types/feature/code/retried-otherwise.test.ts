import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import type { Job } from "../../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { changeJob, retry } from "../../../../../../lambdas/core/operations/change-job.ts";
import { migrateJob } from "../../../../../../lambdas/core/operations/migrate-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";
import type { Actions } from "../../../../../support/feature-world.ts";

const minute = 60_000;
const refusesNegative: Actions = {
  charge: ({ input }) => {
    if ((input as { body: { amount: number } }).body.amount < 0) throw new JobError("VALIDATION_ERROR", "negative");
    return { paid: true };
  },
};
const charging = (amount: number, mails = "Ada") =>
  defineFeature({
    async run(ctx) {
      await ctx.run("create", {});
      await ctx.run("charge", { body: { amount } });
      return ctx.run("mail", { body: { to: mails } });
    },
  });
const current = { definition: "current" } as const;

describe("a run of code that is retried by code that was mended", () => {
  it("asks for something else by the key of what has failed, as often as it was mended", async () => {
    const world = codeWorld({ onboard: charging(-1) }, refusesNegative);
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    for (const amount of [-2, -1, 3]) {
      world.redeploy({ onboard: charging(amount) });
      await changeJob(world.services, id, retry(0, current));
      await world.pass(minute);
    }
    expect(await world.view(id)).toMatchObject({ status: "completed", attempt: 4 });
    const amounts = world.ran.flatMap(({ event, input }) => (event === "charge" ? [input] : []));
    expect(amounts).toEqual([-1, -2, -1, 3].map((amount) => ({ body: { amount } })));
    expect(world.ran.filter(({ event }) => event === "create")).toHaveLength(1);
  });

  it("tries the job again that it has found so", async () => {
    let isDown = true;
    const world = codeWorld(
      { onboard: charging(-1) },
      {
        charge: (execution) => {
          if (isDown) throw new JobError("VALIDATION_ERROR", "down");
          return refusesNegative.charge?.(execution);
        },
      },
    );
    const id = await world.start("onboard", {});
    await world.pass(minute);
    world.redeploy({ onboard: charging(2) });
    await changeJob(world.services, id, retry(0, current));
    await world.pass(minute);
    isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", attempt: 3 });
    const jobs = world.jobs.all().filter(({ event }) => event === "charge");
    expect(jobs.map(({ status, attempt }) => ({ status, attempt }))).toEqual([
      { status: "failed", attempt: 1 },
      { status: "completed", attempt: 2 },
    ]);
  });

  it("is parked where what it had asked for was done after it had failed", async () => {
    let isDown = true;
    const down = () => {
      if (isDown) throw new JobError("VALIDATION_ERROR", "down");
      return {};
    };
    const slow = () => {
      throw new JobError("PROVIDER_ERROR", "busy", { retryable: true, retryAfterMs: 10 * minute });
    };
    const both = (amount: number) =>
      defineFeature({
        run: (ctx) => Promise.all([ctx.run("create", {}), ctx.run("charge", { body: { amount } })]),
      });
    const world = codeWorld({ onboard: both(1) }, { create: down, charge: slow });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    const charge = world.jobs.all().find(({ event }) => event === "charge") as Job;
    expect(charge.status).toBe("cancelled");
    // It had called its provider when it was cancelled.
    await world.jobs.replace({ ...charge, status: "completed", result: { inline: {} }, version: charge.version + 1 });
    isDown = false;
    world.redeploy({ onboard: both(2) });
    await changeJob(world.services, id, retry(0, current));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({
      status: "running",
      parked: { code: "NON_DETERMINISTIC", step: "charge", message: expect.stringContaining("by another key") },
    });
    world.redeploy({ onboard: both(1) });
    const move = { caller: { actor: "k:deployed" as const }, dryRun: false };
    await migrateJob(world.services, (await world.jobs.get(id)) as Job, move);
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
  });

  it("does not take the end of another job for that of its own code", async () => {
    const world = codeWorld({ onboard: charging(-1) }, refusesNegative);
    const id = await world.start("onboard", {});
    await world.pass(minute);
    world.redeploy({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run("create", {});
          return ctx.step("charge", () => "by hand", { timeout: "5m" });
        },
      }),
    });
    await changeJob(world.services, id, retry(0, current));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "by hand" });
  });

  it.each([
    { how: "current", present: true },
    { how: "its own", present: false },
  ])("lets the features in it that have failed go on by $how code", async ({ present }) => {
    const inner = (amount: number) => ({
      onboard: defineFeature({ run: (ctx) => ctx.step("within", () => ctx.feature("pay")) }),
      pay: charging(amount),
    });
    const world = codeWorld(inner(-1), refusesNegative);
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    world.redeploy(inner(1));
    await changeJob(world.services, id, retry(0, present ? current : {}));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: present ? "completed" : "failed" });
    expect(world.ran.filter(({ event }) => event === "create")).toHaveLength(1);
    // Of what comes later, a retry alone goes on by what the run has by then.
    expect(
      world.jobs
        .all()
        .map(({ present_since = 0, attempt }) => present_since === attempt)
        .includes(true),
    ).toBe(present);
  });
});
