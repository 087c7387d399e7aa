import { describe, expect, test } from "@jest/globals";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { cancelJob } from "../../../../../../lambdas/core/operations/change-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

describe("a run of code", () => {
  test("runs events and own code in the order of its handler, and keeps what it returns", async () => {
    let rendered = 0;
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, input: { user: string }) {
          const made = (await ctx.run("create", { body: { user: input.user } })) as { body: { id: string } };
          const letter = await ctx.step("render", () => {
            rendered += 1;
            return `Dear ${input.user}`;
          });
          await ctx.run("mail", { body: { letter } });
          return { made: made.body.id, letter };
        },
      }),
    });
    const job = await world.run("onboard", { user: "Ada" });
    expect(job).toMatchObject({ status: "completed", result: { inline: { made: "create-1", letter: "Dear Ada" } } });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
    expect(rendered).toBe(1);
    const view = await world.view(job?.id ?? "");
    expect(Object.entries(view.steps ?? {}).map(([key, { status }]) => [key, status])).toEqual([
      ["create", "completed"],
      ["render", "completed"],
      ["mail", "completed"],
    ]);
  });

  test("sleeps, and waits for a signal", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.sleep("2h");
          const answer = await ctx.waitForSignal("paid", { timeout: "1d" });
          return { answer };
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", steps: { sleep: { status: "waiting" } } });
    await world.pass(61 * minute);
    expect(await world.view(id)).toMatchObject({ steps: { "wait:paid": { status: "waiting" } } });
    await world.signal("paid", { job_id: id }, { amount: 5 });
    await world.pass(1000);
    const view = await world.view(id);
    expect(view).toMatchObject({ status: "completed" });
    expect(JSON.stringify(view.result)).toContain("5");
  });

  test("fails with what its handler throws, and says which step", async () => {
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            await ctx.run("charge", {});
          },
        }),
      },
      {
        charge: () => {
          throw new Error("no");
        },
      },
      { jobs: { charge: { type: "action", app: "api", action: "charge", retries: 0 } } },
    );
    const job = await world.run("onboard", {});
    expect(job).toMatchObject({ status: "failed", error: { retryable: false } });
    expect(job?.error?.message).toContain("charge");
  });

  test("undoes its steps when it is cancelled", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run("charge", {}, { undo: () => ctx.run("mail", { body: { refunded: true } }) });
          await ctx.sleep("1d");
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    await cancelJob(world.services, id, "changed my mind");
    await world.pass(5 * minute);
    expect(await world.view(id)).toMatchObject({ status: "cancelled", reason: "changed my mind" });
  });
});
