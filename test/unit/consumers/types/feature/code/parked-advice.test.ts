import type { CodeFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import type { Job } from "../../../../../../lambdas/core/job/job.ts";
import { cancel, changeJob } from "../../../../../../lambdas/core/operations/change-job.ts";
import { migrateJob } from "../../../../../../lambdas/core/operations/migrate-job.ts";
import { explainJob } from "../../../../../../lambdas/core/queries/explain-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;
const outside = () => new Promise((resolve) => setTimeout(resolve, 1));

/** A run of a handler, and what is said of it once it is parked. */
async function parked(handler: CodeFeature) {
  const world = codeWorld({ onboard: handler });
  const id = await world.start("onboard", {});
  await world.pass(10 * minute);
  const job = async () => (await world.jobs.get(id)) as Job;
  const { parked } = await world.view(id);
  const { says } = await explainJob(world.services, await job(), world.clock.now());
  expect(parked?.code).toBe("OUTSIDE_STEP");
  expect(says).toContain(parked?.advice);
  return { world, id, job, advice: parked?.advice };
}

/** What a parked run says mends it does mend it. */
describe("the advice on a run of code that is parked", () => {
  it("is to deploy mended code, where the run has not begun", async () => {
    const { world, id, advice } = await parked(defineFeature({ run: outside }));
    expect(advice).toContain("deploy that");
    world.redeploy({ onboard: defineFeature({ run: async () => "mended" }) });
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "mended" });
  });

  it("is to move the run to mended code, where it keeps its code", async () => {
    const sleeping = (then: () => Promise<unknown>) =>
      defineFeature({
        async run(ctx) {
          await ctx.sleep("1m");
          return then();
        },
      });
    const { world, id, job, advice } = await parked(sleeping(outside));
    expect(advice).toContain(`ductape-jobs jobs migrate ${id}`);
    world.redeploy({ onboard: sleeping(async () => "mended") });
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", parked: { code: "OUTSIDE_STEP" } });
    await migrateJob(world.services, await job(), { caller: { actor: "k:deployed" }, dryRun: false });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "mended" });
  });

  it("is to end the run by force, where one of its undos is at fault, and another is done", async () => {
    const { world, id, job, advice } = await parked(
      defineFeature({
        async run(ctx) {
          // It does work itself, and then calls ctx.
          await ctx.run("create", {}, { undo: () => outside().then(() => ctx.run("mail", {})) });
          await ctx.run("charge", {}, { undo: () => ctx.run("mail", {}) });
          ctx.rollback("no");
        },
      }),
    );
    expect(advice).toContain(`ductape-jobs jobs cancel ${id} --force`);
    const moved = migrateJob(world.services, await job(), { caller: { actor: "k:deployed" }, dryRun: true });
    await expect(moved).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    await changeJob(world.services, id, cancel("stuck", { force: true, isDecided: true }));
    await world.pass(minute);
    const ended = await world.view(id);
    expect(ended).toMatchObject({ status: "cancelled" });
    expect(ended).not.toHaveProperty("parked");
  });
});
