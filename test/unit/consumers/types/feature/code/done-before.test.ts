import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { changeJob, retry } from "../../../../../../lambdas/core/operations/change-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

/** Own code that has returned behind what its run has failed by. */
describe("own code of a run that is retried", () => {
  /** What has run, and whether what fails by itself still does. */
  function counting() {
    const ran: string[] = [];
    const own = (name: string, value: unknown = name) => {
      ran.push(name);
      return value;
    };
    const state = { isDown: true, why: "down" };
    const mayFail = (name: string) => {
      own(name);
      if (state.isDown) throw new Error(state.why);
      return name;
    };
    return { ran, own, mayFail, state };
  }

  test("is not run again where it has returned after another step had failed", async () => {
    const { ran, own, mayFail, state } = counting();
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          const both = await Promise.all([
            ctx.step("charge", () => mayFail("charge")),
            // It ends after the other one has failed, in the same decision.
            ctx.step("mail", async () => {
              await new Promise((resolve) => setImmediate(resolve));
              return own("mail", { to: "Ada" });
            }),
          ]);
          return [...both, await ctx.step("last", () => own("last"))];
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    expect(ran).toEqual(["charge", "mail"]);
    const before = (await world.view(id)).steps?.mail;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(ran).toEqual(["charge", "mail", "charge"]);
    state.isDown = false;
    await world.pass(10 * minute);
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(ran).toEqual(["charge", "mail", "charge", "charge", "last"]);
    expect(await world.view(id)).toMatchObject({
      status: "completed",
      attempt: 3,
      result: ["charge", { to: "Ada" }, "last"],
      // It is shown when it was done.
      steps: { mail: before },
    });
  });

  test("is not run again where its run had caught the failure first, and failed by it later", async () => {
    const { ran, own, mayFail, state } = counting();
    const world = codeWorld({
      onboard: defineFeature({
        run: (ctx) =>
          ctx
            .step("charge", () => mayFail("charge"))
            .catch(async (error) => {
              if (!String(error.message).includes("down")) throw error;
              await ctx.step("within", async () => {
                await ctx.step("tell", () => own("tell"));
                await ctx.run("mail", {});
              });
              throw error;
            }),
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(ran).toEqual(["charge", "tell", "charge"]);
    // Nor after an attempt that has not called it.
    for (const why of ["busy", "down"]) {
      state.why = why;
      await changeJob(world.services, id, retry(0));
      await world.pass(minute);
    }
    expect(ran).toEqual(["charge", "tell", "charge", "charge", "charge"]);
    expect(world.ran.map(({ event }) => event)).toEqual(["mail"]);
    state.isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "charge" });
  });

  test("is run again where a message cannot name all of it", async () => {
    const { ran, own, mayFail, state } = counting();
    const keys = Array.from({ length: 1300 }, (_, i) => `${"k".repeat(100)} ${i}`);
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          const within = (depth: number): Promise<unknown> =>
            depth > 0
              ? ctx.step(`${depth}`.padEnd(120, "s"), () => within(depth - 1))
              : Promise.all(keys.map((key) => ctx.step(key, () => own(key, 1)))).then(({ length }) => length);
          const [, many] = await Promise.all([ctx.step("charge", () => mayFail("charge")), within(6)]);
          return many;
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    state.isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: keys.length });
    const again = ran.length - new Set(ran).size - 1;
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThan(200);
  });

  test("is run again where what it had done was undone", async () => {
    const { ran, own, mayFail, state } = counting();
    const undone: unknown[] = [];
    const world = codeWorld({
      onboard: defineFeature({
        run: (ctx) =>
          Promise.all([
            ctx.step("charge", () => mayFail("charge")),
            ctx.step("mail", () => own("mail"), { undo: (value) => void undone.push(value) }),
          ]),
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(undone).toEqual(["mail"]);
    state.isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(ran).toEqual(["charge", "mail", "charge", "mail"]);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
  });

  test("of an earlier part is not what a later part calls by the same key", async () => {
    const { ran, own, mayFail, state } = counting();
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, { part = 1 }: { part?: number }) {
          if (part === 2) return ctx.step("mail", () => own("mail", "of part 2"));
          await ctx
            .step("charge", () => mayFail("charge"))
            .catch(async (error) => {
              await ctx.step("mail", () => own("mail", "of part 1"));
              throw error;
            });
          return ctx.continueAs({ part: 2 } as never);
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(ran).toEqual(["charge", "mail"]);
    state.isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "of part 2" });
    expect(ran).toEqual(["charge", "mail", "charge", "mail"]);
  });
});
