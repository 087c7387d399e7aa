import { expect, test } from "@jest/globals";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { viewOf } from "../../../../../../lambdas/core/queries/view.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

const failsTwice = () => {
  let left = 2;
  return async () => {
    if (left-- > 0) throw new JobError("PROVIDER_ERROR", "not yet", { retryable: true });
    return { body: { id: "made" } };
  };
};

test("a step of a run of code says when its job was made, and which attempts came before the last one", async () => {
  const world = codeWorld(
    {
      onboard: defineFeature({
        run: async (ctx) => {
          await ctx.run("create", { body: {} });
          await ctx.sleep("1h");
        },
      }),
    },
    { create: failsTwice() },
  );
  const id = await world.start("onboard", {});
  await world.pass(30 * minute);
  const { steps } = await world.view(id);
  const create = steps?.create;
  const child = await world.services.jobs.get(create?.job_id ?? "");
  expect(create).toMatchObject({ status: "completed", created_at: child?.created_at, started_at: child?.started_at });
  expect(create?.earlier_attempts).toEqual(
    child?.attempts.slice(0, 2).map(({ started_at, ended_at }) => ({ started_at, ended_at })),
  );
  expect(create?.earlier_attempts).toHaveLength(2);
});

test("own code has run since it was asked for, and what it returned and threw is shown to keys that see inputs", async () => {
  const world = codeWorld({
    onboard: defineFeature({
      async run(ctx) {
        await ctx.step("well", () => ({ to: "Ada" }));
        await ctx.step("film", () => "x".repeat(2_000));
        await ctx.step(
          "letter",
          () => {
            throw new TypeError("no letter for ada@example.com");
          },
          { allowFail: true },
        );
      },
    }),
  });
  const job = await world.run("onboard", {});
  const { steps } = await world.view(job?.id ?? "");
  expect(steps?.well?.started_at).toBeLessThanOrEqual(steps?.well?.finished_at ?? 0);
  expect(steps?.well?.returned).toEqual({ to: "Ada" });
  expect(steps?.film).not.toHaveProperty("returned");
  expect(steps?.letter).toMatchObject({
    status: "failed",
    error: { message: "letter threw TypeError." },
    thrown: {
      name: "TypeError",
      message: "no letter for ada@example.com",
      stack: expect.stringMatching(/shown-steps\.test\.ts:\d+/),
    },
  });
  if (!job) throw new Error("no job");
  const forReaders = await viewOf(world.services, job, world.services.clock.now());
  expect(JSON.stringify(forReaders)).not.toMatch(/ada@example\.com|Ada/);
});

test("what own code returned is shown to nobody where the event hides parts of its inputs", async () => {
  const world = codeWorld(
    { onboard: defineFeature({ run: (ctx) => ctx.step("letter", () => ({ to: "card 4111" })) }) },
    {},
    { jobs: { onboard: { type: "feature", feature: "onboard", redact: ["/card"] } } },
  );
  const job = await world.run("onboard", {});
  expect((await world.view(job?.id ?? "")).steps?.letter).toMatchObject({ status: "completed" });
  expect(JSON.stringify((await world.view(job?.id ?? "")).steps)).not.toContain("4111");
});

test.each([
  [1_000, true],
  [1_001, false],
])("a run of %i steps says what each threw: %s, since 10,000 have to fit into an answer", async (count, says) => {
  const refuse = () => {
    throw new Error("no");
  };
  const world = codeWorld({
    onboard: defineFeature({
      run: (ctx) =>
        Promise.all(Array.from({ length: count }, (_, at) => ctx.step(`page-${at}`, refuse, { allowFail: true }))),
    }),
  });
  const job = await world.run("onboard", {});
  const { steps = {} } = await world.view(job?.id ?? "");
  expect(Object.keys(steps)).toHaveLength(count);
  expect(Object.values(steps).every(({ thrown }) => thrown !== undefined)).toBe(says);
  expect(Object.values(steps).some(({ thrown }) => thrown !== undefined)).toBe(says);
});
