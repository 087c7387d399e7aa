import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";
import { noteNeed } from "../../../lambdas/consumers/types/feature/code/needed-code.ts";
import type { Pause } from "../../../lambdas/core/job/pause.ts";
import { forgetCode } from "../../../lambdas/reconciler/forget-code.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { codeWorld } from "../../support/code-world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const keptDays = 30;

const sleeping = (days: number) =>
  defineFeature({
    async run(ctx) {
      await ctx.sleep(`${days}d`);
      return "done";
    },
  });

/** A run that sleeps by code which is kept; each world has other code, as a process remembers what it has noted. */
async function sleeper(days: number) {
  const world = codeWorld({ [`sleep${days}`]: sleeping(days) });
  const id = await world.start(`sleep${days}`, {});
  await world.pass(1000);
  const { bundle = "" } = (await world.jobs.get(id)) ?? {};
  const isKept = () => world.blobs.blobs.has(`code/${bundle}.mjs.gz`);
  const memory = newMemory();
  const look = () => forgetCode(world.services, memory, { keptDays, end: Number.POSITIVE_INFINITY });
  /** Time passes for the reconciler, and for no run. */
  const later = async (ms: number) => {
    await world.clock.advance(ms);
    await look();
  };
  return { world, id, bundle, isKept, look, later, memory };
}

describe("the code with which runs began", () => {
  it("is kept for a run that sleeps for longer than anything else is kept, and deleted long after", async () => {
    const { isKept, look, later, bundle, world } = await sleeper(400);
    expect(isKept()).toBe(true);
    expect(await world.runLogs.needed()).toEqual([{ sha256: bundle, until: expect.any(Number) }]);
    await look();
    for (let passed = 0; passed < 450; passed += 50) {
      await later(50 * day);
      expect([passed, isKept()]).toEqual([passed, true]);
    }
    await later(20 * day);
    expect(isKept()).toBe(false);
    expect(await world.runLogs.needed()).toEqual([]);
  });

  it("is needed anew with each decision, and not written down each time", async () => {
    const { world } = await sleeper(1);
    const written: number[] = [];
    const runLogs = {
      ...world.runLogs,
      need: async ({ until }: { until: number }) => void written.push(until),
    };
    const note = (at: number) => noteNeed(runLogs, "f".repeat(64), at);
    for (const at of [0, 1, day, 2 * day, 2 * day + 1, 3 * day, 400 * day, 5 * day]) await note(at);
    expect(written).toEqual([0, 2 * day + 1, 400 * day]);
  });

  it("is needed for a retry of a run that has ended in its first decision", async () => {
    const world = codeWorld({
      short: defineFeature({
        async run(ctx) {
          return ctx.step("fail", () => {
            throw new Error("no");
          });
        },
      }),
    });
    const id = await world.start("short", {});
    await world.pass(1000);
    const { status, bundle } = (await world.jobs.get(id)) ?? {};
    expect(status).toBe("failed");
    expect(await world.runLogs.needed()).toEqual([{ sha256: bundle, until: expect.any(Number) }]);
  });

  it("is not looked for while anything is paused, nor in the hour behind that, nor twice a day", async () => {
    const { world, isKept, look, later, memory } = await sleeper(2);
    await world.clock.advance(100 * day);
    const pause = { id: "p", version: 1, since: 0 } as Pause;
    world.services.pauses.recent = async () => [pause];
    await look();
    for (let i = 0; i < 5; i++) await later(day);
    expect(isKept()).toBe(true);
    world.services.pauses.recent = async () => [];
    await later(59 * 60_000);
    expect(isKept()).toBe(true);
    await later(60_000);
    expect(isKept()).toBe(false);
    let reads = 0;
    world.services.runLogs.needed = async () => {
      reads += 1;
      return [];
    };
    await later(23 * hour);
    expect(reads).toBe(0);
    await later(hour);
    expect(reads).toBe(1);
    expect(memory.codeForgottenAt).toBe(world.clock.now());
  });

  it("stays if a run begins by it meanwhile, whenever that is", async () => {
    for (const moment of ["before", "behind"] as const) {
      const { world, isKept, look, later, bundle } = await sleeper(moment === "before" ? 3 : 4);
      await look();
      const { forget } = world.services.runLogs;
      world.services.runLogs.forget = async (one) => {
        const again = () => world.services.runLogs.need({ sha256: bundle, until: one.until + 500 * day });
        if (moment === "before") await again();
        const forgotten = await forget(one);
        if (moment === "behind") await again();
        return forgotten;
      };
      await later(100 * day);
      expect([moment, isKept()]).toEqual([moment, true]);
      expect(await world.runLogs.needed()).toHaveLength(1);
    }
  });

  it("is nobody's concern where no feature is in code", async () => {
    const { world, look, later } = await sleeper(5);
    world.deploy({});
    world.services.runLogs.needed = async () => Promise.reject(new Error("asked"));
    await look();
    await later(100 * day);
  });
});
