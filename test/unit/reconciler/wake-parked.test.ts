import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { wakeParked } from "../../../lambdas/reconciler/wake-parked.ts";
import { codeWorld } from "../../support/code-world.ts";

const minute = 60_000;
const onboard = defineFeature({
  async run(ctx) {
    await ctx.run("create", {});
    await ctx.sleep("2d");
    return "done";
  },
});

/** A run that has met code which crashes for half an hour, so that it looks again only after minutes. */
async function parkedRun() {
  const world = codeWorld({ onboard });
  world.code.crashOn(() => true);
  const id = await world.start("onboard", {});
  await world.pass(30 * minute);
  expect(await world.view(id)).toMatchObject({ status: "running", parked: { code: "CRASHED" } });
  return { world, id, wake: (memory = newMemory()) => wakeParked(world.services, memory, Number.POSITIVE_INFINITY) };
}

describe("a deployment", () => {
  it("wakes the runs of code that could not go on, which then do at once", async () => {
    const { world, id, wake } = await parkedRun();
    world.code.crashOn(() => false);
    await world.pass(1000);
    expect(await world.view(id)).toMatchObject({ parked: { code: "CRASHED" } });
    await wake();
    await world.pass(1000);
    expect(await world.view(id)).toMatchObject({ status: "running", steps: { create: { status: "completed" } } });
    expect((await world.view(id)).parked).toBeUndefined();
    expect(await world.runLogs.parked("shop", 10)).toEqual([]);
  });

  it("wakes them again with the next one, if it has mended nothing", async () => {
    const { world, id, wake } = await parkedRun();
    await wake();
    await world.pass(1000);
    expect(await world.view(id)).toMatchObject({ parked: { code: "CRASHED" } });
    expect(await world.runLogs.parked("shop", 10)).toEqual([id]);
  });

  it("wakes no run that waits for something else, or has ended since", async () => {
    const { world, id, wake } = await parkedRun();
    world.code.crashOn(() => false);
    await world.pass(20 * minute);
    await world.runLogs.park("shop", id, 0);
    await world.runLogs.park("shop", "job_gone", 0);
    await world.pass(minute);
    const before = world.code.asked.length;
    await wake();
    await world.pass(minute);
    expect(world.code.asked).toHaveLength(before);
    expect(await world.runLogs.parked("shop", 10)).toEqual([]);
  });

  it("is looked for in the first rounds of a process only, and where a catalog has features in code", async () => {
    const { world, wake } = await parkedRun();
    const memory = newMemory();
    let reads = 0;
    const { parked } = world.services.runLogs;
    world.services.runLogs.parked = async (...of) => {
      reads += 1;
      return parked(...of);
    };
    for (let round = 0; round < 5; round++) await wake(memory);
    expect(reads).toBe(2);
    world.deploy({});
    await wake();
    expect(reads).toBe(2);
  });
});
