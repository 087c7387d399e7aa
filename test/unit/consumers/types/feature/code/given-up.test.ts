import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { isUndoKey } from "../../../../../../lambdas/core/job/run-log.ts";
import { changeJob, retry } from "../../../../../../lambdas/core/operations/change-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

test("a run that was given up while its steps were undone is not retried", async () => {
  const undone: string[] = [];
  let isDown = true;
  const world = codeWorld(
    {
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run("create", {}, { undo: () => void undone.push("create") });
          await ctx.run("mail", {}, { undo: () => void undone.push("mail") });
          return ctx.run("charge", {});
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
  const { runLogs } = world.services;
  const { append } = runLogs;
  let isBroken = false;
  runLogs.append = async (log, entries) => {
    if (isBroken) throw new Error("a fault of ours");
    isBroken = entries.some(({ k }) => isUndoKey(k));
    return append(log, entries);
  };
  const id = await world.start("onboard", {});
  await world.pass(300 * minute);
  expect(await world.view(id)).toMatchObject({ status: "failed", error: { code: "CRASHED" } });
  expect(undone).toContain("mail");
  runLogs.append = append;
  isDown = false;
  // Some of them are undone and some are not: both ways to go on would be wrong.
  await expect(changeJob(world.services, id, retry(0))).rejects.toMatchObject({ code: "STATE_CONFLICT" });
});
