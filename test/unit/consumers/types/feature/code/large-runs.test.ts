import { describe, expect, test } from "@jest/globals";
import * as z from "zod";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import type { CodeProgress } from "../../../../../../lambdas/core/job/code-progress.ts";
import type { Job } from "../../../../../../lambdas/core/job/job.ts";
import { PermanentError } from "../../../../../../lambdas/core/kernel/errors.ts";
import { load } from "../../../../../../lambdas/core/operations/payload.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;
/** What an item of DynamoDB holds. */
const mostBytes = 400 * 1024;
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe("what a run of code keeps", () => {
  test("is appended to its log in items that the table takes, whatever its own code throws", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          const name = (n: number) => `${"订单".repeat(50)}${n}`;
          const all = Array.from({ length: 100 }, (_, n) =>
            ctx.step(name(n), () => {
              throw Object.assign(new Error("错".repeat(2000)), { stack: `Error\n    at ${"错".repeat(2000)}` });
            }),
          );
          return (await Promise.allSettled(all)).length;
        },
      }),
    });
    const appended: number[] = [];
    const { append } = world.services.runLogs;
    world.services.runLogs.append = async (log, entries) => {
      appended.push(bytesOf(entries));
      return append(log, entries);
    };
    const id = await world.start("onboard");
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
    expect(Math.max(...appended)).toBeLessThan(mostBytes);
  });

  test("is short where its handler says at length why it is rolled back", async () => {
    const world = codeWorld({
      onboard: defineFeature({ run: async (ctx) => ctx.rollback("no ".repeat(500_000)) }),
    });
    const job = await world.run("onboard");
    expect(job).toMatchObject({ status: "failed" });
    expect(bytesOf(job)).toBeLessThan(mostBytes);
  });

  test("of an approval is as long as that of one in the catalog", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        run: async (ctx) =>
          ctx.approve({
            title: "Why? ".repeat(200_000),
            show: [{ label: "x".repeat(9000), value: "y".repeat(500_000) }],
          }),
      }),
    });
    await world.start("onboard");
    await world.pass(minute);
    const [approval] = await world.services.approvals.list("shop", "dev", 10);
    expect(approval?.title).toHaveLength(200);
    expect(bytesOf(approval)).toBeLessThan(5000);
  });

  test("and no table takes parks it with the reason, and loops no decision", async () => {
    const world = codeWorld({
      onboard: defineFeature({ run: async (ctx) => ctx.step("one", () => 1) }),
    });
    const { append } = world.services.runLogs;
    let isTooLarge = true;
    world.services.runLogs.append = async (log, entries) => {
      if (isTooLarge && entries.length > 0)
        throw new PermanentError("ValidationException", "Item size has exceeded the maximum");
      return append(log, entries);
    };
    const id = await world.start("onboard");
    await world.pass(3 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", parked: { code: "TOO_LARGE" } });
    isTooLarge = false;
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
  });

  test("of the messages that it has taken does not grow for ever where it begins anew", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx) {
          await ctx.waitForSignal("paid");
          return ctx.continueAs({});
        },
      }),
    });
    const id = await world.start("onboard");
    await world.pass(minute);
    const before = (await world.jobs.get(id)) as Job;
    const progress = (await load(world.services.blobs, before.progress as never)) as CodeProgress;
    const taken = Array.from({ length: 30_000 }, (_, n) => `sig_${n}`);
    await world.services.jobs.replace({
      ...before,
      version: before.version + 1,
      progress: { inline: { code: { ...progress.code, taken } } },
    });
    await world.signal("paid", { job_id: id }, 1, "evt_1");
    await world.pass(minute);
    const after = (await world.jobs.get(id)) as Job;
    const { code } = (await load(world.services.blobs, after.progress as never)) as CodeProgress;
    expect(code.part).toBe(2);
    expect(code.taken?.length).toBeLessThanOrEqual(10_000);
    expect(code.taken?.at(-1)).toBe("evt_1");
  });
});
